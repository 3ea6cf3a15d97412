"""What Glific pushes, and what is read of its record to fill the gaps."""
