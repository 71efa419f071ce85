"""What runs on the driver: the query, the steps of a micro-batch, and the live model that it writes."""
