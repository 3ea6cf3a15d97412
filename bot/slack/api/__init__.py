"""Slack's Web API: every call that goes out, and what its errors mean."""
