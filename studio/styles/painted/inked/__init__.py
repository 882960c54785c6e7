"""What the graphic novel is inked with: hatching, solid blacks, a city behind."""
