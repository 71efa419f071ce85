"""The streaming job: purchases in, segments out."""
