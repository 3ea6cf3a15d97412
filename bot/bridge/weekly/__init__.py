"""Weekly summary: a team's figures, once a week in a channel that a manager chose."""
