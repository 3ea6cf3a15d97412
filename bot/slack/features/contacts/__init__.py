"""Contacts: `/volt contact`, its card and its form."""
