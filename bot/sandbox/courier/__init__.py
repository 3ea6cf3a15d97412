"""Carium's courier, as its published definition describes it, on a loopback port."""
