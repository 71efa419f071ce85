"""MongoDB: the connection, the shape of what is kept there, and one file for each thing that is."""

from shared.adapters.mongo.client import connect

__all__ = ["connect"]
