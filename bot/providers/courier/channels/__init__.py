"""Channels: conversations that Carium has with people it knows."""
