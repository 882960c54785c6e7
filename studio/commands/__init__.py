"""One file per command of `app.py`."""
