"""Drift of independent windows of rows (a high-traffic shop, hourly flows), one idea a file."""
