// What was ordered last, for as long as this page is open: a refused picture can be tried once more.

const MAX_SEED = 2 ** 31;
let last = null; // {job, wish}

export const anySeed = () => Math.floor(Math.random() * MAX_SEED);

export function remember(job, wish) {
  last = { job, wish };
}

// The same wish with another seed, or null where this page knows of none.
export const onceMore = (job) => (last?.job === job ? { ...last.wish, seed: anySeed() } : null);
