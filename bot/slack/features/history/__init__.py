"""History: `/volt history`, what was texted with a contact."""
