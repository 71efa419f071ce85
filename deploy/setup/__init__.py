"""Installing what the project needs into its environment, with nothing but Python's standard library."""
