"""A shop's sales as plain values, and what each customer comes to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A line of an order. who : "" for a guest. when : in UTC. event_id : "" where the file has none."""

    order: str
    when: datetime
    who: str
    article: str
    quantity: Decimal
    price: Decimal
    event_id: str = ""

    @property
    def amount(self) -> Decimal:
        """What the line comes to, to 1/10,000."""
        return (self.quantity * self.price).quantize(Decimal("0.0001"), ROUND_HALF_UP)


@dataclass
class Account:
    """What a customer comes to; a guest's is that of all guests."""

    lines: int = 0
    money: Decimal = Decimal(0)
    orders: set[str] = field(default_factory=set)
    first_ms: int | None = None
    last_ms: int | None = None

    def add(self, line: Line, order: str) -> None:
        """Take a line in: money always, the rest if it is a purchase."""
        self.lines += 1
        self.money += line.amount
        if line.quantity > 0 and line.price >= 0:
            ms = (line.when - _EPOCH) // (datetime.resolution * 1000)
            self.orders.add(order)
            self.first_ms = ms if self.first_ms is None else min(self.first_ms, ms)
            self.last_ms = ms if self.last_ms is None else max(self.last_ms, ms)

    @property
    def figures(self) -> tuple[int, Decimal, int, int | None, int | None]:
        """Lines, money, orders, first and last purchase."""
        return self.lines, self.money.normalize() + 0, len(self.orders), self.first_ms, self.last_ms


Figures = dict[str, tuple[int, Decimal, int, int | None, int | None]]


def truth(lines: Iterable[Line], *, has_orders: bool) -> Figures:
    """Count every customer; a customer's line with the id of an earlier one is that line once more."""
    accounts: dict[str, Account] = {}
    seen: set[str] = set()
    for number, line in enumerate(lines):
        if line.who and line.event_id and line.event_id in seen:
            continue
        seen.add(line.event_id)
        order = line.order if has_orders else line.event_id or str(number)
        accounts.setdefault(line.who, Account()).add(line, order)
    if "" in accounts:
        guests = accounts[""]
        guests.orders, guests.first_ms, guests.last_ms = set(), None, None
    return {who: account.figures for who, account in accounts.items()}
