"""Face measurement: numbers about pictures, and no decisions."""
