"""Measurements against other ways of doing the same; nothing in the product imports them."""
