"""Webhook registrations at the provider: `/volt webhooks`."""
