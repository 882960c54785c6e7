"""Illustrated styles: drawn from measured attributes with parts that artists made."""
