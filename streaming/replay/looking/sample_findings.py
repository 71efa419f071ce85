"""What the first rows of a file show once they are judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shared.core.arrays import Bool, Int64
from shared.intake.findings import Finding, Level
from shared.meaning.column_meanings import quoted
from shared.meaning.fields import behind_damage, blanks_of_orders, fields_of
from streaming.replay.event_rows import EventRows
from streaming.replay.events import Batch
from streaming.replay.identity import Identities, content_hashes
from streaming.replay.judging import KEPT, Group, Judge, Rules
from streaming.replay.opened import Reading, SampledFile
from streaming.task.parse import Parsed

_TOO_MANY_REJECTED = 0.1
_TOO_MANY_EQUAL = 0.3
_TOO_MANY_GUESTS = 0.9
_OF_DAMAGE = {"malformed", "bad_unicode", "oversized"}
"""Codes of rows that are sent as their bytes."""
_SHOWN = 40
"""Characters of a cell."""


@dataclass(frozen=True, eq=False)
class JudgedSample:
    """The first rows of a file, and what the stream's own code makes of them."""

    opened: SampledFile
    reading: Reading
    rules: Rules
    lines: EventRows
    batch: Batch
    parsed: Parsed
    judge: Judge
    identities: Identities

    @cached_property
    def n_returns(self) -> int:
        """Lines that lower what a customer spent, but for discounts."""
        return int(np.count_nonzero(self._is_negative)) - self.n_discounts

    @cached_property
    def n_discounts(self) -> int:
        """Lines below zero of an order in which something is bought."""
        bought = np.unique(self.parsed.invoice_hash[self.parsed.is_purchase])
        return int(np.count_nonzero(self._is_negative & np.isin(self.parsed.invoice_hash, bought)))

    @property
    def _is_negative(self) -> Bool:
        negative: Bool = self.parsed.amount_minor < 0
        return negative


def sample_findings(sample: JudgedSample) -> Iterator[Finding]:
    """Yield what a person should know before these rows are sent."""
    yield from _rejected(sample)
    yield from _conflicting_ids(sample)
    yield from _equal_rows(sample)
    yield from _late(sample)
    yield from _orders(sample)
    yield from _cancellations(sample)
    yield from _customers(sample)
    yield from _currencies(sample)


def blank_cells_of_orders(opened: SampledFile, reading: Reading) -> list[Finding]:
    """Say whether who or when stands on the first row of an order only."""
    profile = reading.profile
    if profile.fill_down:
        return []
    sample = opened.sample
    blank = blanks_of_orders(fields_of(profile, sample.cells), behind_damage(sample.rows, sample.damaged))
    if not blank.any() or ("invoice_no" not in profile.columns and blank.mean() < _TOO_MANY_REJECTED):
        return []
    text = (
        f"{_rows(int(blank.sum()))} without who or when, which the row before says of the same order: "
        "as they stand, they would not count"
    )
    lines = _at(sample.lines[blank])
    return [Finding(Level.STOP, "blank_repeated_cells", text, "--fill-down", lines, is_acceptable=True)]


def _rejected(sample: JudgedSample) -> Iterator[Finding]:
    fates, n_damaged = sample.judge.fates, len(sample.lines.damaged)
    share = (fates.n_rejected - n_damaged) / max(len(sample.batch), 1)
    level = Level.STOP if share >= _TOO_MANY_REJECTED else Level.WARN
    for (code, field), group in sorted(fates.rejected.items(), key=lambda item: -item[1].n):
        if code in _OF_DAMAGE and n_damaged:
            continue  # what cannot be cut into columns has a finding of its own
        what = f" for its {field}" if field else ""
        yield Finding(
            level,
            "rejected_rows",
            f"{_rows(group.n)} would be rejected as {code}{what}, and kept as dead letters",
            _mend_of(code, field),
            _cells(sample, field, group),
            is_acceptable=level is Level.STOP,
        )


def _mend_of(code: str, field: str | None) -> str:
    if code == "bad_time":
        return "--time-format PATTERN, or correct the cells"
    if code == "wrong_currency":
        return "--set input.currency=…, if it is the shop's"
    return f"correct the cells, or --map {field}=COLUMN" if field else "correct the rows in the file"


def _conflicting_ids(sample: JudgedSample) -> Iterator[Finding]:
    if sample.identities.conflicts == 0:
        return
    column = sample.reading.profile.columns.get("event_id", "event_id")
    text = (
        f"{_rows(sample.identities.conflicts)} with the {column!r} of an earlier row and other content: "
        "of such rows the stream counts one"
    )
    mend = (
        f"--map invoice_no={quoted(column)} if it is the order's number; if it is no id at all, take the "
        "column out of the file: rows are then known by their content"
    )
    yield Finding(
        Level.STOP, "conflicting_ids", text, mend, tuple(_conflicts(sample.lines)), is_acceptable=True
    )


def _conflicts(lines: EventRows) -> list[str]:
    seen: dict[str, tuple[int, int]] = {}
    found: list[str] = []
    contents = content_hashes(lines).tolist()
    for event_id, content, line in zip(lines.texts["event_id"], contents, lines.lines.tolist(), strict=True):
        first_content, first_line = seen.setdefault(event_id, (content, line))
        if content != first_content:
            found.append(f"line {line}: {event_id[:_SHOWN]!r} as in line {first_line}")
        if len(found) == KEPT:
            break
    return found


def _equal_rows(sample: JudgedSample) -> Iterator[Finding]:
    profile, n = sample.reading.profile, sample.identities.n_equal
    if n == 0:
        return
    counts = "once" if "event_id" in profile.columns else "as lines of their own"
    is_much = n >= _TOO_MANY_EQUAL * len(sample.batch)
    doubt = "; was the file put together from exports that overlap?" if is_much else ""
    yield Finding(
        Level.WARN if is_much else Level.NOTE,
        "equal_rows",
        f"{_rows(n)} equal to an earlier one, counted {counts}{doubt}",
    )


def _late(sample: JudgedSample) -> Iterator[Finding]:
    late = sample.judge.fates.late
    if late.n:
        days = sample.rules.state.horizon_days
        why = f"more than {days} days before the same customer's newest"
        text = f"{_rows(late.n)} would be late ({why}) and not count"
        yield Finding(Level.WARN, "late_rows", text, "--sort", _at(np.array(late.lines)))


def _orders(sample: JudgedSample) -> Iterator[Finding]:
    profile = sample.reading.profile
    if {"invoice_no", "event_id"} & set(profile.columns) or profile.numbered or profile.fill_down:
        return
    together = _same_buyer_and_time(sample)
    text = "no column says which order a row belongs to: each row counts as an order of its own"
    if together:
        text += f", also {_rows(together)} with the customer and time of another"
    yield Finding(Level.WARN if together else Level.NOTE, "no_order_number", text, "--map invoice_no=COLUMN")


def _same_buyer_and_time(sample: JudgedSample) -> int:
    customers = sample.parsed.customer_ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    pairs = np.column_stack([customers, sample.parsed.event_ms])
    return len(pairs) - len(np.unique(pairs, axis=0)) if len(pairs) else 0


def _cancellations(sample: JudgedSample) -> Iterator[Finding]:
    """Doubt sales under the prefix of cancellations; stop where most sales are, which then are none."""
    prefix = sample.rules.input.cancellation_prefix
    invoices = sample.lines.texts.get("invoice_no")
    if not prefix or invoices is None:
        return
    is_cancelled = np.array([invoice.startswith(prefix) for invoice in invoices], np.bool_)
    sold = sample.batch.rows[sample.parsed.rows[sample.parsed.amount_minor > 0]]
    odd = is_cancelled & np.isin(sample.lines.rows, sold)
    if odd.any():
        is_most = 2 * int(odd.sum()) > len(sold)
        text = (
            f"{_rows(int(odd.sum()))} of invoices that begin with {prefix!r} (cancellations), "
            "with a positive amount: they raise what a customer spent, and are no purchases"
        )
        mend = "--set input.cancellation_prefix= for every verb, if such invoices are no cancellations"
        level = Level.STOP if is_most else Level.WARN
        lines = _at(sample.lines.lines[odd])
        yield Finding(level, "positive_cancellations", text, mend, lines, is_acceptable=is_most)


def _customers(sample: JudgedSample) -> Iterator[Finding]:
    fates, n = sample.judge.fates, sample.judge.n_customers
    valid = len(sample.batch) - fates.n_rejected
    column = sample.reading.profile.columns.get("customer_id", "customer_id")
    if valid and fates.guests >= _TOO_MANY_GUESTS * valid:
        text = f"{_rows(fates.guests)} of {valid:,} without a customer in {column!r}"
        told = f"{text}: guests are counted, not segmented"
        yield Finding(Level.WARN, "mostly_guests", told, "--map customer_id=COLUMN")
    elif n == 1 and valid > KEPT:
        yield Finding(
            Level.WARN,
            "one_customer",
            f"{column!r} names one customer on every row",
            "--map customer_id=COLUMN",
        )


def _currencies(sample: JudgedSample) -> Iterator[Finding]:
    if sample.rules.input.currency is not None:
        return
    stated = sorted(set(sample.lines.texts.get("currency", ())) - {""})
    if len(stated) > 1:
        text = f"amounts are in {', '.join(stated[:5])}: they would be added up as if they were one currency"
        yield Finding(Level.WARN, "several_currencies_stated", text, f"--set input.currency={stated[0]}")


def _cells(sample: JudgedSample, field: str | None, group: Group) -> tuple[str, ...]:
    """Show the cells at fault, each with its line."""
    if field is None:
        return _at(np.array(group.lines))
    texts = sample.lines.times if field == "event_time" else sample.lines.texts.get(field, ())
    places = np.searchsorted(sample.lines.lines, group.lines)
    return tuple(
        f"line {line}: {texts[place][:_SHOWN]!r}" if place < len(texts) else f"line {line}"
        for line, place in zip(group.lines, places.tolist(), strict=True)
    )


def _at(lines: Int64) -> tuple[str, ...]:
    return tuple(f"line {line}" for line in lines[:KEPT].tolist())


def _rows(n: int) -> str:
    return f"{n:,} rows" if n != 1 else "1 row"
