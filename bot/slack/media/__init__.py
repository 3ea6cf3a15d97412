"""Endpoints from which others fetch pictures: agents' files by signed links, and faces."""
