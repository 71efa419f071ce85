"""Who bought in some hours, as rows that any model can be asked about.

A window keeps what its customers were, not what a model said of them: after a promotion the weeks before
are measured under the new model at once. Nobody is in two windows close to each other, because a customer
who comes back says little that is new, and limits hold for fresh rows only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from shared.core.arrays import Int64
from shared.core.customers.features import RfmColumns
from shared.core.windows.spans import MEMORY

MIN_ROWS: Final = 100
"""Below this an hour is no window yet; the next hour is added to it."""

MAX_ROWS: Final = 1000
"""Of an hour with more a sample is kept: it finds two points of share in a quarter of a day."""

HOURS_A_WEEK: Final = 168

_NAMES: Final = tuple(field.name for field in fields(RfmColumns))


@dataclass(frozen=True, eq=False)
class PurchaseWindow:
    """Customers who bought from `start_ms` up to `end_ms`, as they were when it ended.

    day : number of the local day. phase : hour of the local week in which it ended, 0 to 167.
    rows : n customers that can be clustered. who : (n,) hashes of them.
    """

    start_ms: int
    end_ms: int
    day: int
    phase: int
    rows: RfmColumns
    who: Int64

    def __len__(self) -> int:
        return self.who.size

    def to_document(self) -> dict[str, Any]:
        """Return a plain mapping; arrays as little-endian bytes."""
        plain = {name: getattr(self, name) for name in ("start_ms", "end_ms", "day", "phase")}
        table = np.column_stack([*(getattr(self.rows, name) for name in _NAMES), self.who])
        return plain | {"rows": table.astype("<i8").tobytes()}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PurchaseWindow":
        """Read what `to_document` wrote."""
        table = np.frombuffer(document["rows"], "<i8").reshape(-1, len(_NAMES) + 1).T
        plain = {name: int(document[name]) for name in ("start_ms", "end_ms", "day", "phase")}
        return cls(**plain, rows=RfmColumns(*table[:-1]), who=table[-1])


def fresh_sample(who: ArrayLike, order: ArrayLike, recent: Sequence[PurchaseWindow]) -> Int64:
    """Choose the rows of a window: positions of at most `MAX_ROWS` customers, in the order of `order`.

    Parameters
    ----------
    who : (n,) hashes of customers. order : (n,) hashes that differ from window to window, so that not
        always the same are chosen. recent : windows before; who is in the last `MEMORY` of them is left out.
    """
    hashes = np.asarray(who, dtype=np.int64)
    seen = np.concatenate([np.zeros(0, np.int64), *(window.who for window in recent[-MEMORY:])])
    fresh = np.flatnonzero(~np.isin(hashes, seen))
    by_order: Int64 = fresh[np.argsort(np.asarray(order)[fresh], kind="stable")]
    return by_order[:MAX_ROWS]


def joined_rows(windows: Sequence[PurchaseWindow]) -> RfmColumns:
    """Put the rows of windows one below the other."""
    parts = {name: [getattr(window.rows, name) for window in windows] for name in _NAMES}
    return RfmColumns(
        **{name: np.concatenate([np.zeros(0, np.int64), *part]) for name, part in parts.items()}
    )
