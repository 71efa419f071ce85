"""The stored histories against the recounted ones, and against the customers' own totals."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from shared.recount.account import Account
from shared.recount.compare import Comparison, Mismatch, plain
from shared.recount.past import DaySums, Key, Past, read_past

SHOWN_ROWS = 2
DAMAGED = "missing, or its bytes do not add up to a history"

_EPOCH = date(1970, 1, 1)


def compare_histories(
    stored: Mapping[str, Mapping[str, Any]],
    recounted: Mapping[str, Account],
    *,
    history_days: int,
    has_known_days: bool,
) -> Comparison:
    """Compare the rows of everybody who is on both sides; and of everybody stored, rows with totals.

    Parameters
    ----------
    has_known_days : whether it was recounted from which day each line was known; if not, rows of one day
        are compared together.
    """
    kept = {customer: stored[customer] for customer in sorted(stored) if not stored[customer].get("deleted")}
    found: list[Mismatch] = []
    for customer, document in kept.items():
        blob = document.get("history")
        past = read_past(blob) if isinstance(blob, bytes) else None
        if past is None:
            found.append(Mismatch(customer, "history", DAMAGED, None))
            continue
        found += flat_mismatches(customer, document, past)
        if customer in recounted:
            ours = recounted[customer].past
            rows = (_by_known_day if has_known_days else _by_day)(past, ours, history_days)
            found += _row_mismatches(customer, *rows)
    return Comparison(len(kept), tuple(found))


def flat_mismatches(customer: str, document: Mapping[str, Any], past: Past) -> Iterator[Mismatch]:
    """Yield each of a document's flat columns that its history does not add up to."""
    sums = past.summed()
    columns = {
        "frequency": sums.orders,
        "monetary_minor": sums.gross - sums.returned,
        "first_purchase_at": sums.first,
        "last_purchase_at": sums.last,
    }
    for name, value in columns.items():
        stored = plain(document.get(name))
        if stored != value:
            yield Mismatch(customer, f"{name} = sum of history", stored, value)


def _by_known_day(past: Past, ours: Past, history_days: int) -> tuple[Past, Past]:
    return past.folded(past.through, history_days), ours.folded(past.through, history_days)


def _by_day(past: Past, ours: Past, history_days: int) -> tuple[Past, Past]:
    """Put days into one sum that may be in the stored total, or share a row with others."""
    ends = [known - history_days for day, known in past.rows if day <= known - history_days]
    through = max(ends if past.through is None else [past.through, *ends], default=None)
    return past.by_day().folded(through, history_days), ours.by_day().folded(through, history_days)


def _row_mismatches(customer: str, past: Past, ours: Past) -> Iterator[Mismatch]:
    if (past.rows, past.total) == (ours.rows, ours.total):
        return
    keys = sorted(key for key in past.rows | ours.rows if past.rows.get(key) != ours.rows.get(key))
    yield Mismatch(
        customer, "history", *(_told(each, keys, past.total != ours.total) for each in (past, ours))
    )


def _told(past: Past, keys: list[Key], has_other_total: bool) -> str:
    """Say what one side has of the rows that differ; the first of them."""
    rows = [f"{_when(key)}: {_sums(past.rows[key])}" for key in keys if key in past.rows]
    if has_other_total and past.through is not None:
        rows.insert(0, f"known by {_date(past.through)}: {_sums(past.total)}")
    more = [f"{len(rows) - SHOWN_ROWS:,} more"] if len(rows) > SHOWN_ROWS else []
    return "; ".join(rows[:SHOWN_ROWS] + more) or "no such row"


def _when(key: Key) -> str:
    day, known = key
    return _date(day) if day == known else f"{_date(day)} known {_date(known)}"


def _sums(sums: DaySums) -> str:
    names = ("orders", "lines", "gross", "returned", "first", "last")
    return " ".join(f"{name}={getattr(sums, name)}" for name in names)


def _date(day: int) -> str:
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return f"day {day}"
