"""What a MongoDB document is in Python."""

from typing import Any

Document = dict[str, Any]
