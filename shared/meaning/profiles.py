"""What the columns of a file mean.

A profile is data. It knows nothing of reading or sending.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.errors import InvalidConfig

FIELDS = (
    "event_id",
    "event_time",
    "customer_id",
    "invoice_no",
    "stock_code",
    "description",
    "quantity",
    "unit_price",
    "amount",
    "currency",
    "country",
)
"""Fields of an event that a column or a constant can fill."""

NUMBERS = ("quantity", "unit_price", "amount")
IDS = ("event_id", "customer_id", "invoice_no", "stock_code")
OF_AN_ORDER = ("event_time", "customer_id", "invoice_no", "currency", "country")
"""Fields that hold for every line of an order, which some exports write on its first line only."""


@dataclass(frozen=True)
class Profile:
    """How one kind of file becomes events.

    Parameters
    ----------
    name : of the kind; with `numbered` the prefix of the event ids.
    columns : event field -> column of the file; of `event_time` also two columns, `Date+Time`.
    constants : event field -> the same value on every line.
    zone : IANA zone of times that state no offset.
    time_format : strptime pattern; None means found by looking.
    decimal : the decimal sign of numbers; None means found by looking.
    sort : send in order of event time, because the file is in another order.
    fill_down : blank cells of an order's further lines are those of the line before.
    numbered : rows are known by their number in the file, not by their content.
    """

    name: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zone: str = "UTC"
    time_format: str | None = None
    decimal: str | None = None
    sort: bool = False
    fill_down: bool = False
    numbered: bool = False

    def __post_init__(self) -> None:
        _require_known_fields([*self.columns, *self.constants])
        _require_one_source(self)
        _require_one_amount(self)
        _require_zone(self.zone)

    @property
    def given(self) -> frozenset[str]:
        """The fields that a column or a constant fills."""
        return frozenset(self.columns) | frozenset(self.constants)

    @property
    def missing(self) -> tuple[str, ...]:
        """Needed fields that nothing fills."""
        return missing_fields(self.given)


def missing_fields(given: Collection[str]) -> tuple[str, ...]:
    """Return the needed fields that are not given: who, when, and either the amount or its two factors."""
    money = () if "amount" in given else ("quantity", "unit_price")
    return tuple(name for name in ("event_time", "customer_id", *money) if name not in given)


def parts_of(column: str, names: Collection[str]) -> tuple[str, ...]:
    """Return the columns that `Date+Time` names; a column of exactly that name is one."""
    parts = tuple(column.split("+"))
    return parts if column not in names and set(parts) <= set(names) else (column,)


def absent_columns(profile: Profile, names: Sequence[str]) -> dict[str, str]:
    """Return field -> column for the columns that the file does not have."""
    return {
        name: part
        for name, column in profile.columns.items()
        for part in (parts_of(column, names) if name == "event_time" else (column,))
        if part not in names
    }


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Name the nearest known name, as a clause; empty if none is near."""
    near = nearest(name, known)
    return f", did you mean {near!r}?" if near else ""


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that is spelt most like `name`."""
    folded = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return folded[near[0]] if near else None


def _require_known_fields(names: Collection[str]) -> None:
    for name in names:
        if name not in FIELDS:
            guess = did_you_mean(name, FIELDS)
            msg = f"an event has no field {name!r}{guess}; fields are: {', '.join(FIELDS)}"
            raise InvalidConfig(msg)


def _require_one_source(profile: Profile) -> None:
    both = sorted(set(profile.columns) & set(profile.constants))
    if both:
        name = both[0]
        msg = (
            f"{name} is both column {profile.columns[name]!r} and the constant {profile.constants[name]!r}; "
            f"keep one of --map {name}=… and --constant {name}=…"
        )
        raise InvalidConfig(msg)


def _require_one_amount(profile: Profile) -> None:
    factors = sorted({"quantity", "unit_price"} & profile.given)
    if "amount" in profile.given and factors:
        msg = (
            f"amount stands instead of quantity and unit_price, and {' and '.join(factors)} is given too; "
            "keep either amount, or quantity and unit_price"
        )
        raise InvalidConfig(msg)


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{zone!r} is no IANA time zone; use a name like Europe/London or UTC"
        raise InvalidConfig(msg) from error
