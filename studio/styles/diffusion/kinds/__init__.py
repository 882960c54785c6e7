"""One module per kind of pipeline; each is thin over diffusers."""
