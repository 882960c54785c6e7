"""Who may be drawn, and what they agreed to: pure rules without pixels, models or web."""
