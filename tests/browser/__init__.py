"""The studio in a real browser, with baked subjects before the camera."""
