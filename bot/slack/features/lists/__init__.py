"""Contact lists: `/volt list`."""
