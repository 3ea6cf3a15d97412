"""SQLite store: one file, one writer thread, one COMMIT for many units of work."""
