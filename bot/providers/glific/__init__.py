"""Glific: WhatsApp over GraphQL, with a session that renews itself."""
