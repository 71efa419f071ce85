"""`python -m cli` is `resegment`."""

from cli.main import entry

entry()
