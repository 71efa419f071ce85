"""A customer's state: purchases applied to it, and the features that are read from it."""
