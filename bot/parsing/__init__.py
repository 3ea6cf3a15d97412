"""Parsing of phone numbers and times as people type them; only here are phonenumbers and dateutil imported. Pure."""
