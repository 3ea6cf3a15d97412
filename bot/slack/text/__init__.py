"""Text: what people write in Slack, as phones show it; and strangers' words made harmless. Pure."""
