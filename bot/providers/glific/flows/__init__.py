"""Glific's automatic flows: stopped by a person, or handed over to one."""
