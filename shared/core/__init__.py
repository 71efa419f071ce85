"""Functional core: numbers in, numbers out."""
