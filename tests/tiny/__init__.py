"""Tiny pipelines with random weights: everything about them is real but what they draw."""
