"""Arrays by the type of their elements, and how those that are handed out are kept from being changed."""

from dataclasses import fields
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
Int8 = NDArray[np.int8]
UInt64 = NDArray[np.uint64]
Bool = NDArray[np.bool_]

_Array = TypeVar("_Array", bound=NDArray[Any])


def read_only(array: _Array) -> _Array:
    """Return `array` itself, which nobody may change from now on."""
    array.setflags(write=False)
    return array


class ReadOnlyArrays:
    """A dataclass whose arrays nobody may change once it is made."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(cast("Any", self)):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                read_only(value)


def own_array(record: object, name: str, dtype: DTypeLike) -> None:
    """Replace an array of a frozen dataclass by a read-only copy of its own."""
    object.__setattr__(record, name, read_only(np.array(getattr(record, name), dtype=dtype, order="C")))
