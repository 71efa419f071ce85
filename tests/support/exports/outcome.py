"""Read an export as `replay` does, answer what it asks, and hold the customers against the truth."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy as np

from shared.core.customers.recent import EMPTY
from shared.core.customers.rfm import CustomerStates, apply_transactions
from shared.core.customers.transactions import ENDLESS_MS, NEVER_MS, Transactions
from shared.errors import InvalidConfig
from shared.intake.source import Source
from shared.settings import InputSettings, StateSettings
from streaming.replay import Reading, Rules, Wishes, look
from streaming.replay.identity import Identities
from streaming.replay.portions import in_sending_order
from streaming.task.parse import parse
from tests.support.exports.drawing import Export, drawn_export
from tests.support.exports.shop import Figures, truth

_LATEST_MS = 1_900_000_000_000
_ACCEPTED = frozenset({"damaged_rows", "swallowed_lines", "rejected_rows"})


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    verdict : "right", "stopped" (no flag mends it), or "wrong". asked : the stops that were answered.
    warned : codes. why : of "stopped" the codes, of "wrong" what differs.
    """

    verdict: str
    asked: tuple[str, ...] = ()
    warned: tuple[str, ...] = ()
    why: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong without a word, and nothing stopped that need not."""
        return self.verdict in {"right", "warned", "stopped"}


def seeded_outcomes(seeds: Iterable[int], folder: Path) -> Iterator[tuple[int, Export, Outcome]]:
    """Draw an export for each seed, and read it."""
    for seed in seeds:
        export = drawn_export(Random(seed))
        yield seed, export, outcome_of(folder / "sales", export)


def outcome_of(path: Path, export: Export) -> Outcome:
    """Read a file and answer its questions until nothing is asked."""
    path.write_bytes(export.content)
    source, wishes, asked = Source(path), Wishes(), list[str]()
    accepted: set[str] = set()
    while True:
        try:
            seen = look(source, wishes, Rules())
        except InvalidConfig as error:
            if "--encoding" in str(error) and export.encoding and source.encoding is None:
                source, asked = Source(path, encoding=export.encoding), [*asked, "--encoding"]
                continue
            return _refused(export, "refused", str(error), asked)
        stops = seen.stops(accepted)
        warned = tuple(finding.code for finding in seen.warnings)
        if not stops:
            if seen.reading is None:  # no row is left of the few there were
                return _refused(
                    export, next(code for code in asked if code in _ACCEPTED), "no row is left", asked
                )
            return _compared(export, seen.reading, tuple(asked), warned)
        for stop in stops:
            assert stop.mend, f"{stop.code} names no way: {stop.message}"
        code = stops[0].code
        if code in export.remedies and code not in asked:
            wishes = _answered(wishes, export.remedies[code])
        elif code in _ACCEPTED & export.final:
            accepted.add(code)
        else:
            return _refused(export, code, f"{stops[0].message}; {stops[0].mend}; {stops[0].examples}", asked)
        asked.append(code)


def _answered(wishes: Wishes, remedy: Mapping[str, object]) -> Wishes:
    return Wishes(**{**vars(wishes), **remedy})  # type: ignore[arg-type]


def _refused(export: Export, code: str, told: str, asked: list[str]) -> Outcome:
    is_meant = code in export.final
    return Outcome(
        "stopped" if is_meant else "stopped, though it need not", tuple(asked), (), f"{code}: {told}"
    )


def _compared(export: Export, reading: Reading, asked: tuple[str, ...], warned: tuple[str, ...]) -> Outcome:
    expected, found = truth(export.lines, has_orders=export.has_orders), figures_of(reading)
    if found == expected:
        return Outcome("right", asked, warned)
    if export.said & set(warned):
        return Outcome("warned", asked, warned)
    differing = [who for who in {**expected, **found} if expected.get(who) != found.get(who)]
    told = "; ".join(f"{who!r}: {found.get(who)} instead of {expected.get(who)}" for who in differing[:3])
    return Outcome("wrong", asked, warned, told)


def figures_of(reading: Reading) -> Figures:
    """Send a file to the code of the stream, and say what each customer comes to."""
    values = [
        value for batch, _ in in_sending_order(reading, Identities(reading.profile)) for value in batch.values
    ]
    parsed = parse(values, np.full(len(values), _LATEST_MS, np.int64), InputSettings())
    encoded = parsed.customer_ids.dictionary_encode()
    customers = encoded.dictionary.to_pylist()
    rows = Transactions(
        encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        parsed.event_hash,
        parsed.invoice_hash,
        parsed.event_ms,
        parsed.amount_minor,
        parsed.is_purchase,
        np.arange(len(parsed.rows)),
    )
    rules = StateSettings()
    after, _ = apply_transactions(
        _nobody_yet(len(customers)),
        rows,
        horizon_days=rules.horizon_days,
        max_recent=rules.max_recent_events,
    )
    found: Figures = {
        who: (
            int(after.applied[at]),
            _money(int(after.monetary_minor[at])),
            int(after.frequency[at]),
            _or_none(int(after.first_purchase_ms[at]), ENDLESS_MS),
            _or_none(int(after.last_purchase_ms[at]), NEVER_MS),
        )
        for at, who in enumerate(customers)
    }
    if len(parsed.unattributed):
        total = _money(int(parsed.unattributed_minor.sum()))
        found[""] = (len(parsed.unattributed), total, 0, None, None)
    return found


def _money(minor: int) -> Decimal:
    return (Decimal(minor) / 10_000).normalize() + 0


def _or_none(ms: int, nothing: int) -> int | None:
    return None if ms == nothing else ms


def _nobody_yet(n: int) -> CustomerStates:
    zeros, never = np.zeros(n, np.int64), np.full(n, NEVER_MS, np.int64)
    return CustomerStates(
        zeros, zeros, np.full(n, ENDLESS_MS, np.int64), never, never, never, zeros, zeros, zeros, EMPTY, EMPTY
    )
