"""Figures: how much a team texts and how long people wait, in App Home and by command."""
