"""Connections of the workspace to providers: `/volt connect`, its forms, and the message after an install."""
