"""Phone numbers and times as people type them; the only room that knows phonenumbers and dateutil. Pure."""
