"""Addresses of single texts, and what comes to them."""
