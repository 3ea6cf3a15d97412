"""A provider that takes free text only for a day after a contact wrote, and what the bot makes of that."""
