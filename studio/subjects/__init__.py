"""Subjects who are nobody: baked clips, pinned by hash, that stand in where no camera is."""
