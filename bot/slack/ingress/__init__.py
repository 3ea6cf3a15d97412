"""Ingress: requests of Slack, verified, stored or answered within 3 seconds."""
