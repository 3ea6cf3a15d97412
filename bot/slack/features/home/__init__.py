"""App Home, and `/volt me`."""
