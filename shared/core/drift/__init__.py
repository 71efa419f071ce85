"""Staleness of the stock of customers, and drift of what flows into it, one idea a file."""
