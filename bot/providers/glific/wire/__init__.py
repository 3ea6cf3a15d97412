"""What Glific writes, turned into ours, and back. Pure."""
