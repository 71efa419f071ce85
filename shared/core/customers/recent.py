"""A bounded memory of hashes per customer, ragged and vectorised over many customers.

Two of them belong to a customer's state: recent event ids (against duplicates) and recent
invoice ids (so that an invoice of many lines counts once). Each entry is a hash and the
time it was last seen; an entry older than its window can be forgotten, because whatever
would need it is late by then.
"""

from dataclasses import dataclass

import numpy as np

from shared.core.arrays import Int64, UInt64
from shared.core.customers.transactions import NEVER_MS

PACKED = np.dtype([("hash", "<u8"), ("ms", "<i8")])
"""One stored entry, 16 bytes."""


@dataclass(frozen=True)
class Recent:
    """Entries of many customers, sorted by owner, then time, then hash.

    owner : customer index (e,) int64; hash (e,) uint64; ms (e,) int64.
    """

    owner: Int64
    hash: UInt64
    ms: Int64


EMPTY = Recent(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))


def unpack(blobs: list[bytes]) -> Recent:
    """Entries stored for customer 0, 1, ... as packed bytes."""
    packed = np.frombuffer(b"".join(blobs), dtype=PACKED)
    sizes = np.fromiter((len(blob) // PACKED.itemsize for blob in blobs), np.int64, len(blobs))
    return Recent(np.repeat(np.arange(len(blobs)), sizes), packed["hash"].copy(), packed["ms"].copy())


def pack(recent: Recent, n_customers: int) -> list[bytes]:
    """Inverse of `unpack`; equal entries give equal bytes whatever the way they came."""
    packed = np.empty(recent.owner.size, dtype=PACKED)
    packed["hash"], packed["ms"] = recent.hash, recent.ms
    blob = packed.tobytes()
    ends = np.cumsum(np.bincount(recent.owner, minlength=n_customers)) * PACKED.itemsize
    starts = np.concatenate([[0], ends[:-1]]) if n_customers else ends
    return [blob[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def concatenate(first: Recent, second: Recent) -> Recent:
    """All entries of both, unsorted."""
    return Recent(
        np.concatenate([first.owner, second.owner]),
        np.concatenate([first.hash, second.hash]),
        np.concatenate([first.ms, second.ms]),
    )


def newest_of_each(recent: Recent) -> Recent:
    """One entry per (owner, hash): the newest."""
    order = np.lexsort((recent.ms, recent.hash, recent.owner))
    owner, hashes, ms = recent.owner[order], recent.hash[order], recent.ms[order]
    is_last = np.ones(owner.size, dtype=bool)
    is_last[:-1] = (owner[1:] != owner[:-1]) | (hashes[1:] != hashes[:-1])
    return Recent(owner[is_last], hashes[is_last], ms[is_last])


def trim(recent: Recent, *, oldest_ms: Int64, limit: int) -> tuple[Recent, Int64]:
    """Forget what is outside its owner's window, then the oldest beyond `limit` per owner.

    Parameters
    ----------
    oldest_ms : (m,) start of each owner's window; entries before it are forgotten.

    Returns
    -------
    Recent : the kept entries, sorted.
    evicted_ms : (m,) time of the newest entry that had to go because of `limit`, else
        `NEVER_MS`; events up to then can no longer be told from duplicates.
    """
    inside = recent.ms >= oldest_ms[recent.owner]
    owner, hashes, ms = recent.owner[inside], recent.hash[inside], recent.ms[inside]
    order = np.lexsort((hashes, ms, owner))
    owner, hashes, ms = owner[order], hashes[order], ms[order]
    sizes = np.bincount(owner, minlength=oldest_ms.size)
    from_end = np.cumsum(sizes)[owner] - np.arange(owner.size)
    fits = from_end <= limit
    evicted_ms = np.full(oldest_ms.size, NEVER_MS, dtype=np.int64)
    np.maximum.at(evicted_ms, owner[~fits], ms[~fits])
    return Recent(owner[fits], hashes[fits], ms[fits]), evicted_ms
