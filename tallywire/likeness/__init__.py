"""Likeness of texts: whose copy an article is, and which story it belongs to."""

from tallywire.likeness.sketching import sketch

__all__ = ["sketch"]
