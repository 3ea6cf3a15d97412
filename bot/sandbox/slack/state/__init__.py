"""State of the workspace: users, channels, messages, and the JSON that Slack makes of them."""
