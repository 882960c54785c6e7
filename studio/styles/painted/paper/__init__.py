"""What paper cuts are made with: sheets that throw shadows, and what they are cut into."""
