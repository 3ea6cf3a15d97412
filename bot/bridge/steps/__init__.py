"""Steps of workflows: each execution is acted on once, and ends once."""
