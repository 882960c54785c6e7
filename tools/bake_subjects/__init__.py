"""Bakes the subjects who are nobody: parameters -> geometry -> pictures -> manifest."""
