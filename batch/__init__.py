"""The batch job: full re-clustering."""
