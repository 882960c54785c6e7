"""Checks everything; a package, because others install one of this name."""
