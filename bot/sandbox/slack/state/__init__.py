"""The workspace itself: users, channels, messages, and the JSON that Slack makes of them."""
