"""Kafka and MongoDB as child processes, for machines without Docker."""
