"""Slack's Web API: every call that the bot makes, and the meaning of its errors."""
