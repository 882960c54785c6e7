"""How much a drawing looks like the selfie that it was drawn from, in numbers and in words."""
