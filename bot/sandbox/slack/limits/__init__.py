"""Limits of Slack: lengths, counts and shapes of blocks and views. Pure."""
