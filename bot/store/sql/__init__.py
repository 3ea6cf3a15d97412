"""Store over SQL: what is the same on every database, whichever engine runs it."""
