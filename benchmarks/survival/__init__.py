"""What is left of the marks of an output after what the world does to pictures.

Run: python -m benchmarks.survival [--quick] [--write]

`kinds` draws, `press` releases, `attacks` does to files what messengers, cameras and cutters do,
`reading` looks what tells afterwards, `floor` holds that against what is promised, `strangers`
looks for marks where there are none, and `document` writes docs/survival.md.
"""
