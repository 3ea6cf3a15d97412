"""Status of one text: `/volt status`."""
