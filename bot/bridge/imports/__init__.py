"""Imports: contacts from a file, saved at the provider, and texted with words of their own."""
