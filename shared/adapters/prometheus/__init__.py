"""What Prometheus reads: the catalogue of metrics, and a collector that fills it from MongoDB."""
