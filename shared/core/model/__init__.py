"""A fitted model as a value, where customers stand under it, and what it knows about all of them."""
