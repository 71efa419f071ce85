"""Re-clusterings of more customers than one process should hold: the same steps, over partitions."""
