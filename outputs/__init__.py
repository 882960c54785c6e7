"""Nothing leaves unlabelled: marks, reads back, stores and verifies."""
