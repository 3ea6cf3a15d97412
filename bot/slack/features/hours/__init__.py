"""Office hours, automatic answers and goals: what managers set by `/volt hours` and `/volt goal`."""
