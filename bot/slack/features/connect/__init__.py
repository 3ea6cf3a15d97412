"""Connections of the workspace at Volt: `/volt connect`, its forms, and the message after an install."""
