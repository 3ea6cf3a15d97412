"""Slack's handlers over a line at Carium."""
