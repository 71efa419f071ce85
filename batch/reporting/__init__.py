"""The report of a re-clustering: a page and its JSON twin, drawn from the same numbers."""
