"""PostgreSQL store: any number of bots on one database, each with one writer thread and one COMMIT for many units."""
