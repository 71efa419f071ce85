"""Segments from one model to the next: what became of them, their identities and their names."""
