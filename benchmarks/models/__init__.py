"""The two models beside what else learns from a stream; run `python -m benchmarks.models`."""
