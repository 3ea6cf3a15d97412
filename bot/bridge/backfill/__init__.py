"""Backfill: what either side's record has and nobody told us, read at the start and every few minutes."""
