"""What became of texts: asked for at their times, and where an answer was lost."""
