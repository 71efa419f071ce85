"""Dataclasses as plain documents and back: arrays as their shape and little-endian bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar, cast, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from shared.errors import SchemaMismatch

_Record = TypeVar("_Record")


class _Packed(msgspec.Struct, forbid_unknown_fields=True):
    shape: tuple[int, ...]
    bytes: bytes


def to_document(record: object) -> dict[str, Any]:
    """Return a plain mapping of a dataclass, with every key."""
    plain = msgspec.to_builtins(record, builtin_types=(bytes,), enc_hook=_packed)
    return cast("dict[str, Any]", plain)


def from_document(kind: type[_Record], document: Mapping[str, Any], where: str) -> _Record:
    """Read what `to_document` wrote.

    Parameters
    ----------
    kind : the dataclass.
    where : the document is stored; said if it does not fit.

    Raises
    ------
    SchemaMismatch : a value is not of its type, or a key is missing or unknown; the message names it.
    """
    try:
        record = msgspec.convert(document, kind, dec_hook=_unpacked)
    except msgspec.ValidationError as error:
        msg = f"{where} does not hold what this program writes there: {error}"
        raise SchemaMismatch(msg) from error
    # Defaults are for new records: what is stored has every key
    if odd := next(_odd_keys(document, record), None):
        msg = f"{where} does not have the keys that this program writes there: see `{odd}`"
        raise SchemaMismatch(msg)
    return record


def _packed(values: NDArray[Any]) -> _Packed:
    return _Packed(values.shape, values.astype(values.dtype.newbyteorder("<")).tobytes())


def _unpacked(array: type[NDArray[Any]], stored: object) -> NDArray[Any]:
    packed = msgspec.convert(stored, _Packed)
    of_elements = np.dtype(get_args(get_args(array)[1])[0])
    values = np.frombuffer(packed.bytes, of_elements.newbyteorder("<")).astype(of_elements)
    return values.reshape(packed.shape)


def _odd_keys(stored: Any, record: Any, at: str = "$") -> Iterator[str]:
    """Name the keys that only one has, a document or what was read from it."""
    inside: Mapping[Any, Any]
    if is_dataclass(record):
        inside = {field.name: getattr(record, field.name) for field in fields(record)}
    elif isinstance(record, tuple):
        inside, stored = dict(enumerate(record)), dict(enumerate(stored))
    elif isinstance(record, Mapping):
        inside = record
    else:
        return
    yield from (f"{at}.{name}" for name in stored.keys() ^ inside.keys())
    for name in stored.keys() & inside.keys():
        yield from _odd_keys(stored[name], inside[name], f"{at}.{name}")
