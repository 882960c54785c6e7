"""Styles: each is data (name, family, controls, licence) and a pure drawing function."""
