"""How the core compiles a loop: when it is first called, kept on disk, without the interpreter lock.

Importing numba costs a second, so only modules full of loops import this one, and their callers
import those modules where they use them.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import DTypeLike, NDArray

from shared.core.arrays import read_only

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile `loop` at its first call; without fast-math, so every machine rounds alike."""
    return cast("Loop", numba.njit(cache=True, nogil=True)(loop))


def operand(values: NDArray[Any], dtype: DTypeLike) -> NDArray[Any]:
    """View `values` as a read-only C-ordered array of `dtype`, copying only where it must.

    numba compiles one variant for each combination of layouts and write flags. One form for
    every input means one variant, compiled once.
    """
    return read_only(np.ascontiguousarray(values, dtype=dtype).view())
