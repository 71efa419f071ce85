"""The usual ways to write a time, as patterns of `clock_readings`."""

from dataclasses import dataclass

_SIGN, _SAME_SIGN = "(?P<s>[-/.]) ?", "(?P<t>[-/.]) ?"
_YEAR, _SHORT_YEAR = "(?P<Y>[0-9]{4})", "(?P<Y>[0-9]{2})"
_ANY_YEAR = "(?P<Y>[0-9]{4}|[0-9]{2})"
_MONTH, _DAY = "(?P<m>[0-9]{1,2})", "(?P<d>[0-9]{1,2})"
_NAME = r"(?P<b>\pL{3,})\.?"
_WEEKDAY = r"(?:\pL{2,}\.?,? +)?"
_NTH = "(?:st|nd|rd|th|\\.)?"
_FRACTION = "(?:[.,](?P<f>[0-9]+))?"
_HALF = "(?: ?(?P<p>[AaPp]\\.? ?[Mm]\\.?))?"

OFFSET = (
    r"(?: ?(?P<z>[Zz]|(?:UTC|GMT)?[-+][0-9]{1,2}(?::?[0-9]{2})?|UTC|GMT)"
    r"(?: [A-Z]{3,5}|\[[^\]]*\]| ?\([^)]*\))?)"
)
"""Behind a time; letters or brackets behind it name the zone again."""

_CLOCK = (
    rf"(?:(?:[Tt_,]| )[, ]*(?P<H>[0-9]{{1,2}})(?:[:.](?P<M>[0-9]{{2}})(?:[:.](?P<S>[0-9]{{2}}){_FRACTION})?)?"
    rf"{_HALF}{OFFSET}?)?"
)
_COMPACT_CLOCK = (
    rf"(?:[Tt_ -]?(?P<H>[0-9]{{2}}):?(?P<M>[0-9]{{2}})(?::?(?P<S>[0-9]{{2}}){_FRACTION})?{OFFSET}?)?"
)


@dataclass(frozen=True)
class Way:
    """One way to write a time.

    Parameters
    ----------
    order : the parts of its date in words, in order. pattern : see `clock_readings.read_all`.
    named : whether the month is a name. compact : whether nothing stands between the parts.
    """

    order: tuple[str, str, str]
    pattern: str
    named: bool = False
    compact: bool = False


YEAR_FIRST = Way(("year", "month", "day"), f"{_YEAR}{_SIGN}{_MONTH}{_SAME_SIGN}{_DAY}{_CLOCK}")
COMPACT = Way(
    ("year", "month", "day"), f"{_YEAR}(?P<m>[0-9]{{2}})(?P<d>[0-9]{{2}}){_COMPACT_CLOCK}", compact=True
)
DAY_FIRST = Way(("day", "month", "year"), f"{_DAY}{_SIGN}{_MONTH}{_SAME_SIGN}{_ANY_YEAR}{_CLOCK}")
MONTH_FIRST = Way(("month", "day", "year"), f"{_MONTH}{_SIGN}{_DAY}{_SAME_SIGN}{_ANY_YEAR}{_CLOCK}")
SHORT_YEAR_FIRST = Way(("year", "month", "day"), f"{_SHORT_YEAR}{_SIGN}{_MONTH}{_SAME_SIGN}{_DAY}{_CLOCK}")
_BETWEEN = "(?: ?[-/.,]? ?)"
NAMED = (
    Way(
        ("day", "month", "year"),
        f"{_WEEKDAY}{_DAY}{_NTH}{_BETWEEN}{_NAME}{_BETWEEN}{_ANY_YEAR}{_CLOCK}",
        named=True,
    ),
    Way(
        ("month", "day", "year"),
        f"{_WEEKDAY}{_NAME}{_BETWEEN}{_DAY}{_NTH}(?:,? +|-|/){_YEAR}{_CLOCK}",
        named=True,
    ),
    Way(("year", "month", "day"), f"{_YEAR}{_BETWEEN}{_NAME}{_BETWEEN}{_DAY}{_CLOCK}", named=True),
)
