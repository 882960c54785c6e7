"""Parsing: which pixels of a portrait are skin, hair, beard, clothes and glasses."""
