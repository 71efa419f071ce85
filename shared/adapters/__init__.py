"""Imperative edges, one system a file."""
