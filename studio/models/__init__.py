"""Weights for the Imagined family: what there is, under which licence, and what lies here.

Nothing in this package imports torch: it answers before a model is ever loaded.
"""
