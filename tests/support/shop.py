"""A seeded shop: invoice lines with everything that makes counting hard, in the order they arrive.

Returns (some before their sale, some for more than was bought), discounts, invoices that spread over
days, lines out of order, late and sent again, guests, and every way of writing a time and a value.
"""

import json
import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

import numpy as np

ZONE = "Europe/London"
PARTITIONS = 2
HORIZON_DAYS = 7
OPENING = datetime(2011, 3, 1, tzinfo=UTC)
"""The weeks after it hold the night on which London's clocks go forward."""

_DAY_MS = 86_400_000
_LOCAL = ZoneInfo(ZONE)
_INDIA = timezone(timedelta(hours=5, minutes=30))


@dataclass(frozen=True)
class SoldLine:
    """One line as it was sent; `arrival_ms` is its Kafka timestamp. No customer means a guest."""

    event_id: str
    event_ms: int
    arrival_ms: int
    customer_id: str | None
    invoice_no: str
    quantity: int
    price_minor: int

    @property
    def partition(self) -> int:
        """Keyed by customer; guests are spread by invoice."""
        return zlib.crc32((self.customer_id or self.invoice_no).encode()) % PARTITIONS

    @property
    def key(self) -> bytes | None:
        return None if self.customer_id is None else self.customer_id.encode()

    def value(self) -> bytes:
        """Write it as one of several kinds of client would."""
        style = zlib.crc32(self.event_id.encode()) % 4
        price = f"{self.price_minor / 10_000:.4f}"
        event = {
            "event_id": self.event_id,
            "event_time": _written(self.event_ms, style),
            "customer_id": self.customer_id,
            "invoice_no": self.invoice_no,
        }
        stated: dict[str, object] = {"stock_code": "85123A", "quantity": self.quantity}
        if style == 3:
            stated = {"amount": f"{self.quantity * self.price_minor / 10_000:.4f}"}
        else:
            stated["unit_price"] = price if style else float(price)
        return json.dumps(event | stated).encode()


def shop(*, seed: int = 7, n_lines: int = 20_000, n_customers: int = 300, n_days: int = 75) -> list[SoldLine]:
    """Return about `n_lines` lines in the order they are sent."""
    rng = np.random.default_rng(seed)
    bought = _invoices(rng, round(n_lines * 0.93), n_customers, n_days)
    lines = [*bought, *_sent_again(rng, bought), *_much_too_late(rng, bought)]
    return sorted(lines, key=attrgetter("arrival_ms", "event_id"))


def _invoices(rng: np.random.Generator, n_lines: int, n_customers: int, n_days: int) -> list[SoldLine]:
    weight = rng.pareto(1.2, n_customers) + 0.2
    weight /= weight.sum()
    taste = rng.lognormal(1.0, 1.0, n_customers)
    left_after = np.where(rng.random(n_customers) < 0.3, rng.uniform(0.1, 0.7, n_customers), 1.0)
    lines: list[SoldLine] = []
    number = 0
    while len(lines) < n_lines:
        number += 1
        who = int(rng.choice(n_customers, p=weight)) if number > n_customers else number - 1
        opened_ms = _opening_ms(rng, n_days * float(left_after[who]))
        invoice = _Invoice(number, who, opened_ms, float(taste[who]))
        lines += invoice.lines(rng)
    return lines


def _opening_ms(rng: np.random.Generator, n_days: float) -> int:
    return round(OPENING.timestamp() * 1000) + int(rng.random() * n_days * _DAY_MS)


@dataclass(frozen=True)
class _Invoice:
    number: int
    who: int
    opened_ms: int
    taste: float

    def lines(self, rng: np.random.Generator) -> list[SoldLine]:
        """One in eight is a guest's, one in twelve a return; customers 0-9 never buy, 10-14 return more."""
        is_guest = self.number > 400 and rng.random() < 0.12
        is_return = self.who < 10 or rng.random() < (0.6 if self.who < 15 else 0.08)
        spread_ms = 3 * _DAY_MS if rng.random() < 0.1 else 60_000
        at = self.opened_ms + np.sort(rng.integers(0, spread_ms, 1 + rng.poisson(3)))
        return [
            SoldLine(
                event_id=f"e{self.number}-{nth}",
                event_ms=int(ms),
                arrival_ms=int(ms + rng.exponential(3_600_000) * (20 if rng.random() < 0.05 else 1)),
                customer_id=None if is_guest else f"c{self.who:03}",
                invoice_no=f"{'C' if is_return else ''}{500_000 + self.number}",
                quantity=int(1 + rng.integers(12)) * (-1 if is_return else 1),
                price_minor=int(rng.lognormal(0, 0.6) * self.taste * 10_000 * (2.5 if is_return else 1))
                * (-1 if self._is_discount(nth, is_return) else 1),
            )
            for nth, ms in enumerate(at)
        ]

    def _is_discount(self, nth: int, is_return: bool) -> bool:
        """One order in nine has a discount, before its other lines or among them; some are a refund alone."""
        return not is_return and self.number % 9 == 0 and nth == self.number % 2


def _sent_again(rng: np.random.Generator, lines: list[SoldLine]) -> list[SoldLine]:
    """A producer's retry: soon after, or so much later that the first is forgotten."""
    again = [lines[i] for i in rng.choice(len(lines), len(lines) // 20, replace=False)]
    return [
        replace(line, arrival_ms=line.arrival_ms + int(rng.choice([1_000, 2 * _DAY_MS, 20 * _DAY_MS])))
        for line in again
    ]


def _much_too_late(rng: np.random.Generator, lines: list[SoldLine]) -> list[SoldLine]:
    chosen = [lines[i] for i in rng.choice(len(lines), len(lines) // 50, replace=False)]
    return [
        replace(line, event_id=f"{line.event_id}-late", arrival_ms=line.arrival_ms + 25 * _DAY_MS)
        for line in chosen
    ]


def _written(ms: int, style: int) -> str:
    at = datetime.fromtimestamp(ms / 1000, UTC)
    if style == 0:  # an hour that does not exist is never written: it is converted from UTC
        return at.astimezone(_LOCAL).replace(tzinfo=None).isoformat(timespec="milliseconds")
    if style == 1:
        return at.astimezone(_INDIA).isoformat(timespec="milliseconds")
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z" if style == 2 else "+00:00")


def per_partition(lines: list[SoldLine]) -> dict[int, list[SoldLine]]:
    """Return what each partition receives, in order."""
    ordered = sorted(lines, key=attrgetter("partition"))
    return {number: list(group) for number, group in groupby(ordered, key=attrgetter("partition"))}
