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
    "currency",
    "country",
)
"""Fields of an event that a column or a constant can fill."""

REQUIRED = ("event_time", "customer_id", "stock_code", "quantity", "unit_price")
"""Without a column, `event_id` and `invoice_no` come from the row number."""


@dataclass(frozen=True)
class Profile:
    """How one kind of file becomes events.

    Parameters
    ----------
    name : prefix of the event ids, `<name>:<row number>`.
    columns : event field -> column of the file.
    constants : event field -> the same value on every line.
    zone : IANA zone of times that state no offset.
    time_format : strptime pattern; None means ISO 8601.
    sort : send in order of event time, because the file is in another order.
    """

    name: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zone: str = "UTC"
    time_format: str | None = None
    sort: bool = False

    def __post_init__(self) -> None:
        _require_known_fields([*self.columns, *self.constants])
        given = {*self.columns, *(set(self.constants) - {"event_time"})}
        missing = [name for name in REQUIRED if name not in given]
        if missing:
            msg = (
                f"profile {self.name!r} says nothing about {', '.join(missing)}; "
                f"every one of {', '.join(REQUIRED)} needs a column: add --map {missing[0]}=COLUMN"
            )
            raise InvalidConfig(msg)
        _require_zone(self.zone)


def check_columns(profile: Profile, header: Sequence[str]) -> None:
    """Refuse a profile that names a column the file does not have.

    Raises
    ------
    InvalidConfig : with the file's columns and the nearest name.
    """
    for name, column in profile.columns.items():
        if column not in header:
            msg = (
                f"the file has no column {column!r} (for {name}){_did_you_mean(column, header)}; "
                f"its columns are: {', '.join(header)}; correct it with --map {name}=COLUMN"
            )
            raise InvalidConfig(msg)


def _require_known_fields(names: Collection[str]) -> None:
    for name in names:
        if name not in FIELDS:
            guess = _did_you_mean(name, FIELDS)
            msg = f"an event has no field {name!r}{guess}; fields are: {', '.join(FIELDS)}"
            raise InvalidConfig(msg)


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"{zone!r} is no IANA time zone; use a name like Europe/London or UTC"
        raise InvalidConfig(msg) from error


def _did_you_mean(name: str, known: Collection[str]) -> str:
    folded = {k.casefold(): k for k in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f", did you mean {folded[near[0]]!r}?" if near else ""
