"""A table of customers of any columns: which to cluster by, how many groups, what sets these apart."""
