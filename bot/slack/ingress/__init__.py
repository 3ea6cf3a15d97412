"""Ingress: what Slack sends, checked, stored or answered within 3 seconds."""
