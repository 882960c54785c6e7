"""Painted styles: drawn from the person's own pixels by rules, with no trained generator."""
