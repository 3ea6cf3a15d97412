"""Roles: the form in which managers say who may do what."""
