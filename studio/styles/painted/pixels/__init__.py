"""What pixel art is set from: a sprite on a grid, its features, and scenes on the same grid."""
