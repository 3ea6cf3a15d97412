"""Move of an SQLite file into a PostgreSQL database: the one place that knows both."""
