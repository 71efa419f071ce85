"""Throughput and latency of the streaming job beside what it replaces; run `python -m benchmarks.stream`."""
