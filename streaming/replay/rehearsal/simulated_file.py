"""A file of transactions with a scripted change in it, as another file of the same columns."""

import difflib
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from shared.core.arrays import Int64
from shared.errors import InvalidConfig
from shared.intake.damage import place
from shared.intake.numbers.number_format import plain_numbers
from shared.intake.table import Table
from shared.intake.times.parsing import NO_TIME
from shared.meaning.fields import FillDown, fields_of
from shared.meaning.profiles import NUMBERS, Profile
from streaming.replay.event_rows import moments
from streaming.replay.opened import Reading, whole_tables
from streaming.replay.rehearsal.simulation import NOBODY, SCENARIOS, Lines, Plan, Scenario, rehearse

CENTS_OF_CENTS = Decimal("0.0001")
"""What the stream counts in: prices have four places at most."""


@dataclass(frozen=True)
class Rehearsal:
    """What to script: `SCENARIOS[scenario]` from `at_ms` on, with that strength."""

    scenario: str
    at_ms: int
    strength: float
    seed: int


@dataclass(frozen=True)
class SimulationReport:
    """What became of the file: lines before and after, and of those after how many differ from the file's.

    left_out : lines of the file that were not written. newcomers : customers that the file does not know.
    """

    lines: int
    written: int
    copied: int
    renamed: int
    repriced: int
    left_out: int
    newcomers: int


def simulate(reading: Reading, wanted: Rehearsal, target: Path) -> SimulationReport:
    """Write a file with a scripted change to `target`: CSV, also .gz, or .parquet.

    Its numbers are written plainly (1299.00), and blanks of orders are filled if the reading does so.

    Raises
    ------
    InvalidConfig : a file that cannot be read whole, an unknown scenario or a strength that it cannot have, a
        moment that is not within the file, or a target that cannot be written.
    """
    _check_strength(wanted, known_scenario(wanted.scenario))
    table = _whole(reading)
    lines = lines_of(table, reading)
    _check_moment(lines, wanted.at_ms)
    plan = rehearse(_in_order(lines), wanted.scenario, wanted.at_ms, wanted.strength, wanted.seed)
    plan = _in_file_order(plan, np.argsort(lines.times_ms, kind="stable"))
    _write(carried_out(table, reading.profile, lines, plan), target, reading)
    return _report(lines, plan)


def _whole(reading: Reading) -> pd.DataFrame:
    """Read all rows, with the columns of the file."""
    fill = FillDown() if reading.profile.fill_down else None
    parts = []
    for table in whole_tables(reading):
        if table.damaged:
            first = place(table.damaged[0], reading.layout.encoding)
            msg = f"{reading.source.path} has damaged rows, {first}; correct them first"
            raise InvalidConfig(msg)
        parts.append(table.cells if fill is None else _filled(reading.profile, table, fill))
    whole = pd.concat(parts, ignore_index=True).astype(object)
    for name in NUMBERS:
        if name in reading.profile.columns:
            column = reading.profile.columns[name]
            whole[column] = plain_numbers(whole[column], reading.numbers)
    return whole


def _filled(profile: Profile, table: Table, fill: FillDown) -> pd.DataFrame:
    cells = table.cells
    fields = fill.fill(fields_of(profile, cells), table.rows, table.damaged)
    return cells.assign(**{c: fields[f] for f, c in profile.columns.items() if c in cells})


def known_scenario(name: str) -> Scenario:
    """Return a scenario by its name.

    Raises
    ------
    InvalidConfig : there is none of that name.
    """
    if name not in SCENARIOS:
        near = difflib.get_close_matches(name, SCENARIOS, n=1)
        guess = f", did you mean {near[0]!r}?" if near else ""
        msg = f"no scenario {name!r}{guess}; there are {', '.join(SCENARIOS)}"
        raise InvalidConfig(msg)
    return SCENARIOS[name]


def lines_of(table: pd.DataFrame, reading: Reading) -> Lines:
    """Read what a script has to know of a table of text; what is no number counts as 0."""
    profile = reading.profile
    fields = fields_of(profile, table)
    customers = fields["customer_id"]
    invoices = fields["invoice_no"] if "invoice_no" in fields else table.index.to_series().astype(str)
    money = [fields[name] for name in NUMBERS if name in fields]
    amounts = np.prod([pd.to_numeric(column, errors="coerce").fillna(0.0) for column in money], axis=0)
    return Lines(
        times_ms=moments(reading, fields["event_time"]),
        customers=pd.factorize(customers.mask(customers == ""))[0].astype(np.int64),
        invoices=pd.factorize(invoices)[0].astype(np.int64),
        amounts=amounts.astype(np.float64),
    )


def carried_out(table: pd.DataFrame, profile: Profile, lines: Lines, plan: Plan) -> pd.DataFrame:
    """Return the table that a plan makes of a table."""
    written = table.iloc[plan.rows].reset_index(drop=True)
    customer = profile.columns["customer_id"]
    price = profile.columns["amount" if "amount" in profile.columns else "unit_price"]
    renamed = np.flatnonzero(plan.customers != lines.customers[plan.rows])
    names = _names(
        table[customer], lines, max(int(plan.customers.max(initial=NOBODY)) + 1, lines.n_customers)
    )
    written.loc[renamed, customer] = names[plan.customers[renamed]]
    repriced = np.flatnonzero(plan.price_factors != 1)
    factors = plan.price_factors[repriced].tolist()
    texts = written.loc[repriced, price].tolist()
    written.loc[repriced, price] = [_times(text, factor) for text, factor in zip(texts, factors, strict=True)]
    copied = np.flatnonzero(plan.copies)
    for field in ("invoice_no", "event_id"):
        if field in profile.columns:
            column = profile.columns[field]
            written.loc[copied, column] = written.loc[copied, column] + "-copy"
    return written


def _in_order(lines: Lines) -> Lines:
    order = np.argsort(lines.times_ms, kind="stable")
    return Lines(*(getattr(lines, name)[order] for name in Lines.__dataclass_fields__))


def _in_file_order(plan: Plan, order: Int64) -> Plan:
    """Turn places in the order of time into rows of the file, in the file's order."""
    rows = order[plan.rows]
    back = np.argsort(rows, kind="stable")
    return Plan(rows[back], plan.customers[back], plan.price_factors[back], plan.copies[back])


def _names(column: "pd.Series[str]", lines: Lines, n: int) -> NDArray[np.object_]:
    """Name n customers: those of the file as there, newcomers by a number that nobody has."""
    names = np.array([f"newcomer-{code}" for code in range(n)], dtype=object)
    known = lines.customers != NOBODY
    names[lines.customers[known]] = column.to_numpy()[known]
    return names


def _times(text: str, factor: float) -> str:
    try:
        price = Decimal(text) * Decimal(repr(factor))
    except InvalidOperation:
        return text  # the stream rejects it, changed or not
    return format(price.quantize(CENTS_OF_CENTS, ROUND_HALF_EVEN).normalize(), "f")


def _check_strength(wanted: Rehearsal, scenario: Scenario) -> None:
    if not 0 < wanted.strength <= scenario.most:
        msg = (
            f"--strength of {wanted.scenario} should be above 0 and at most {scenario.most:g} "
            f"({scenario.effect}); got {wanted.strength:g}"
        )
        raise InvalidConfig(msg)


def _check_moment(lines: Lines, at_ms: int) -> None:
    known = lines.times_ms[lines.times_ms != NO_TIME]
    if not known.size:
        msg = "no time of the file can be read; see `resegment replay --help` on --time-format and --map"
        raise InvalidConfig(msg)
    first, last = int(known.min()), int(known.max())
    if not first < at_ms <= last:
        days = np.array([first, last], dtype="datetime64[ms]").astype("datetime64[D]")
        msg = f"--at should be within the file, which goes from {days[0]} to {days[1]}"
        raise InvalidConfig(msg)


def _write(table: pd.DataFrame, target: Path, reading: Reading) -> None:
    try:
        if target.suffix == ".parquet":
            table.to_parquet(target, index=False)
        else:
            table.to_csv(target, index=False, sep=reading.layout.separator or ",", encoding="utf-8")
    except OSError as error:
        msg = f"cannot write {target}: {error.strerror}; name a file in a folder that exists"
        raise InvalidConfig(msg) from error


def _report(lines: Lines, plan: Plan) -> SimulationReport:
    codes = np.unique(plan.customers)
    return SimulationReport(
        lines=len(lines.times_ms),
        written=len(plan.rows),
        copied=int(np.count_nonzero(plan.copies)),
        renamed=int(np.count_nonzero((plan.customers != lines.customers[plan.rows]) & (plan.copies == 0))),
        repriced=int(np.count_nonzero(plan.price_factors != 1)),
        left_out=len(lines.times_ms) - int(np.count_nonzero(plan.copies == 0)),
        newcomers=int(np.count_nonzero(codes >= lines.n_customers)),
    )
