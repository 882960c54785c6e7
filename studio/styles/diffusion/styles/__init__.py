"""One module per preset: a style of the Imagined family."""
