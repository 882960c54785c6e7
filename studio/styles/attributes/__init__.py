"""Attributes: what an illustrated figure needs to know of a portrait, and nothing beyond that."""
