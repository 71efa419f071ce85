"""Whether a stored model document can be trusted: its schema, and a checksum over what the model is."""

from collections.abc import Mapping
from typing import Any

from shared.core.canonical import digest
from shared.errors import SchemaMismatch

SCHEMA_VERSION = 2

PROVENANCE = frozenset({"_id", "parent", "created_at", "run_id", "code_version", "checksum"})
"""What says where a model came from, not what it is: two runs over the same customers with the same
seed differ here and nowhere else, so the checksum leaves it out."""


def checksum_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a model document, in hexadecimal, without `PROVENANCE`."""
    return digest({key: value for key, value in document.items() if key not in PROVENANCE})


def check_readable(document: Mapping[str, Any]) -> None:
    """Raise SchemaMismatch unless this schema wrote a model document and nobody changed it since."""
    name, schema = document.get("_id"), document.get("schema_version")
    if schema != SCHEMA_VERSION:
        msg = (
            f"model {name} should have schema_version {SCHEMA_VERSION}; got {schema!r}; "
            "read it with the version of resegment that wrote it, or promote another model"
        )
        raise SchemaMismatch(msg)
    found, stated = checksum_of(document), document.get("checksum")
    if found != stated:
        msg = (
            f"model {name} should have the checksum {stated} that it was stored with; got {found}: "
            "it was changed afterwards; promote another version"
        )
        raise SchemaMismatch(msg)
