"""Providers of texts, one package each, none of which knows the others; and what fetches attachments."""
