"""Illustrated styles, one module each: STYLE holds its data, `draw` draws it."""
