"""Inbox of webhook events: stored before the 200, processed in order afterwards."""
