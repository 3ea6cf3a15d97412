"""Pictures and files: from phones into threads (incoming), and from threads to phones (outgoing)."""
