"""Waves: one text to many, watched until it is complete."""
