"""What other columns and the customers say against what was understood of a file.

Most of it cannot be decided by looking: it is warned of, and the figures stay as they are.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

import numpy as np

from shared.core.arrays import Bool
from shared.intake.findings import Finding, Level
from shared.intake.numbers.number_format import plain_numbers
from shared.meaning.column_meanings import pair
from shared.meaning.profiles import NUMBERS, parts_of
from shared.meaning.vocabulary import USUAL_NAMES, plain_name
from streaming.replay.judging import KEPT
from streaming.replay.looking.sample_findings import JudgedSample

_TAKEN_BACK = re.compile(
    r"""(?<![a-z])(?:
        cancel\w* | refund\w* | return(?:ed|s)? | void(?:ed)? | failed | declined | chargeback | credit\ note
        | storn\w* | gutschrift | erstatt\w* | retoure | annul\w* | rembours\w* | cancelad\w* | anulad\w*
        | devuelt\w* | reembols\w* | geannuleerd | terugbetaald | rimbors\w*
    )(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
_IS_WORD = re.compile(r"[^\W\d]\D*$")
_KINDS = 20
"""So many different texts at most has a column that says what became of an order."""
_NOBODY = {
    "0", "-", "guest", "gast", "walkin", "walkincustomer", "unknown", "anonymous", "cash", "laufkunde",
    "laufkundschaft", "unbekannt", "invite", "anonyme", "comptoir", "invitado", "anonimo", "ospite",
}  # fmt: skip
_MANY, _MUCH, _FAR = 5, 0.2, 5
"""One of so many customers with this share of the rows, and so many times those of the next, is no person."""
_LIKELY = 0.2
"""Of the rows on which a column is quantity times price: then it is meant to be that everywhere."""


def doubts(sample: JudgedSample) -> Iterator[Finding]:
    """Yield what a person should look at, although every row can be read."""
    yield from _other_header(sample)
    yield from _split_amounts(sample)
    yield from _negative_twice(sample)
    yield from _taken_back(sample)
    yield from _other_amounts(sample)
    yield from _nobody(sample)


def _other_header(sample: JudgedSample) -> Iterator[Finding]:
    """Name rows with words for time and numbers: a header, as when files are put together."""
    given = [name for name in NUMBERS if name in sample.reading.profile.columns]
    columns = [sample.lines.times, *(sample.lines.texts[name] for name in given)]
    odd = np.array([all(map(_IS_WORD.match, cells)) for cells in zip(*columns, strict=True)], np.bool_)
    if odd.any():
        message = (
            f"{_rows(odd)} with words for when and how much: if that is a header of columns in another "
            "order, the rows below it would be read wrongly"
        )
        mend = (
            "make two files of it, each with its own header; or take the row out if the columns are the same"
        )
        yield Finding(Level.STOP, "other_header", message, mend, _at(sample, odd), is_acceptable=True)


def _split_amounts(sample: JudgedSample) -> Iterator[Finding]:
    """Name amounts that a separator may have cut: whole numbers, and two digits in the next column."""
    layout, cells, columns = sample.opened.layout, sample.opened.sample.cells, sample.reading.profile.columns
    last = columns.get("unit_price") or columns.get("amount")
    place = layout.names.index(last) + 1 if last else len(layout.names)
    following = layout.names[place] if place < len(layout.names) else None
    if layout.separator != "," or not last or not following or following not in _unused(sample):
        return
    is_cut = cells[last].str.fullmatch("-?[0-9]+") & cells[following].str.fullmatch("[0-9]{2}")
    if is_cut.all():
        message = (
            f"{following!r} has two digits on every row, and {last!r} before it whole numbers: was an amount "
            f"such as {cells[last].iloc[0]},{cells[following].iloc[0]} cut in two?"
        )
        mend = "export the file separated by semicolons, or with quotes around such cells"
        yield Finding(Level.WARN, "split_amounts", message, mend)


def _negative_twice(sample: JudgedSample) -> Iterator[Finding]:
    factors = [sample.lines.texts[name] for name in ("quantity", "unit_price") if name in sample.lines.texts]
    if len(factors) < 2:
        return
    odd = np.array([a.startswith("-") and b.startswith("-") for a, b in zip(*factors, strict=True)], np.bool_)
    if odd.any():
        message = (
            f"{_rows(odd)} with a quantity and a price below zero: returns, whose amount, above zero, raises "
            "what a customer spent"
        )
        mend = "write only one of the two with a minus sign"
        yield Finding(Level.WARN, "negative_twice", message, mend, _at(sample, odd))


def _taken_back(sample: JudgedSample) -> Iterator[Finding]:
    """Name columns by which purchases were cancelled or paid back."""
    bought = np.isin(sample.lines.rows, sample.batch.rows[sample.parsed.rows[sample.parsed.is_purchase]])
    for name in _unused(sample):
        cells = sample.opened.sample.cells[name]
        if cells.nunique() > _KINDS:
            continue
        odd = cells.str.contains(_TAKEN_BACK).to_numpy(dtype=bool) & bought
        if odd.any():
            message = (
                f"column {name!r}, which is not used, says {cells[odd].iloc[0]!r} on purchases ({_rows(odd)} "
                "with such words): they count like all others"
            )
            mend = "take these rows out of the file, or write their amounts with a minus sign"
            yield Finding(Level.WARN, "taken_back", message, mend, _at(sample, odd))


def _other_amounts(sample: JudgedSample) -> Iterator[Finding]:
    """Hold quantity times price against a column that is named like the amount of a row."""
    texts = sample.lines.texts
    if "quantity" not in texts or "unit_price" not in texts:
        return
    product = [_times(a, b) for a, b in zip(texts["quantity"], texts["unit_price"], strict=True)]
    for name in _unused(sample):
        if plain_name(name) not in USUAL_NAMES["amount"]:
            continue
        stated = [
            _decimal(text) for text in plain_numbers(sample.opened.sample.cells[name], sample.reading.numbers)
        ]
        odd = np.array([_differ(a, b) for a, b in zip(product, stated, strict=True)], np.bool_)
        known = sum(a is not None and b is not None for a, b in zip(product, stated, strict=True))
        is_of_rows = known and known - int(odd.sum()) >= _LIKELY * known
        if not odd.any() or not is_of_rows or _fits_orders(sample, product, stated):
            continue
        message = (
            f"quantity times price is not {name!r} on {_rows(odd)} of {known:,}, and {name!r} is not used: "
            "is there a discount, or is the price that of the whole row?"
        )
        mend = f"{pair('--map', 'amount', name)} if that is what was paid for the row"
        yield Finding(Level.WARN, "other_amounts", message, mend, _at(sample, odd))


def _fits_orders(
    sample: JudgedSample, product: Sequence[Decimal | None], stated: Sequence[Decimal | None]
) -> bool:
    """Whether a column is the total of whole orders, on their first row or on all of them."""
    orders = sample.lines.texts.get("invoice_no")
    if orders is None:
        return False
    sums, totals = dict[str, Decimal](), dict[str, Decimal]()
    for order, part, total in zip(orders, product, stated, strict=True):
        sums[order] = sums.get(order, Decimal(0)) + (part or 0)
        if total is not None:
            totals.setdefault(order, total)
    return not any(_differ(sums[order], total) for order, total in totals.items())


def _nobody(sample: JudgedSample) -> Iterator[Finding]:
    """Name a customer who seems to stand for all guests."""
    counts = sample.parsed.customer_ids.to_pandas().value_counts()
    if len(counts) < 2:
        return
    names = [name for name in counts.index if name.casefold() == "-" or plain_name(name) in _NOBODY]
    is_far = counts.iloc[0] >= max(_MUCH * counts.sum(), _FAR * counts.iloc[1])
    if not names and len(counts) >= _MANY and is_far:
        names = [counts.index[0]]
    for name in names[:1]:
        message = (
            f"{name!r} is the customer of {counts[name]:,} of {counts.sum():,} rows: if that stands for "
            "guests, they are segmented as one customer"
        )
        column = sample.reading.profile.columns.get("customer_id", "customer_id")
        yield Finding(Level.WARN, "guests_by_name", message, f"leave {column!r} blank on the rows of guests")


def _unused(sample: JudgedSample) -> list[str]:
    names = sample.opened.layout.names
    used = {part for column in sample.reading.profile.columns.values() for part in parts_of(column, names)}
    return [name for name in names if name not in used]


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _times(quantity: str, price: str) -> Decimal | None:
    a, b = _decimal(quantity), _decimal(price)
    return None if a is None or b is None else a * b


def _differ(a: Decimal | None, b: Decimal | None) -> bool:
    return a is not None and b is not None and abs(a - b) > Decimal("0.01")


def _at(sample: JudgedSample, marked: Bool) -> tuple[str, ...]:
    return tuple(f"line {line}" for line in sample.lines.lines[marked][:KEPT].tolist())


def _rows(marked: Bool) -> str:
    n = int(marked.sum())
    return f"{n:,} rows" if n != 1 else "1 row"
