"""Tests on a real PostgreSQL, and the servers that they run on."""
