"""Renderer: facts of a thread as messages that people read. Pure."""
