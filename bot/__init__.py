"""Volt for Slack: a support team texts its customers from Slack threads."""

import sys

# structlog would load rich where development tools have brought it: 4 MB, and nothing is drawn with it here
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]

__version__ = "0.2.0"
