// The page for the public: words and plain links only.

export function mount() {}
