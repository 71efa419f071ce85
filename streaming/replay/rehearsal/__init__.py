"""Purchases of one's own, changed on purpose, to see what the watch would say."""
