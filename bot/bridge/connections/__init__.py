"""Connections of a workspace at a provider: made, changed, looked at, ended; and the first steps after an install."""
