"""What the anime cel is painted with: skin, eyes, hair and skies."""
