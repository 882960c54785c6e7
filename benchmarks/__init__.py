"""What the studio costs, side by side with named peers in one run."""
