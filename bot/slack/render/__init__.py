"""Renderer: facts of a thread in, the words and blocks people read out. Pure."""
