"""Text: what people write in Slack as phone text, and other people's words escaped. Pure."""
