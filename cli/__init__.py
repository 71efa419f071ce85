"""The `resegment` command."""
