"""Delivery of events to an app: signed HTTP, or Socket Mode."""
