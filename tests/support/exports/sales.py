"""Random sales: who bought what and when, before anybody writes it down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.support.exports.shop import Line

ARTICLES = (
    "Mug", "Tea", "Mug, blue", "Pipe 5\" long", "Grüner Tee", "Tee; lose", "Shelf|oak", "A1", "T-light 'S'",
    "Bag 2,5 kg", "1/2 pallet", "Zoë's jam", "Rope 3.000 mm",
)  # fmt: skip
_BEGIN = datetime(2023, 11, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Trade:
    """What is sold in which way.

    prices : "cents", "whole" or "thousands". quantities : "one", "few", "many" or "weights".
    returned : "never", "quantity" or "price": how a return is written. days : between first and last order.
    """

    prices: str
    quantities: str
    returned: str
    has_discounts: bool
    days: int


def drawn_lines(rng: Random, trade: Trade, customers: Sequence[str], step: timedelta) -> list[Line]:
    """Draw orders in order of time."""
    n_orders = rng.randint(1, 20)
    span = trade.days * 86_400_000
    moments = sorted(_BEGIN + timedelta(milliseconds=rng.randint(0, span)) for _ in range(n_orders))
    lines: list[Line] = []
    for number, moment in enumerate(moments):
        when = moment - (moment - _BEGIN) % step
        who, order = rng.choice(customers), f"R{1001 + number}"
        bought = [_line(rng, trade, order, when, who) for _ in range(rng.choice((1, 1, 2, 3)))]
        if trade.has_discounts and rng.random() < 0.3:
            bought.append(Line(order, when, who, "COUPON", Decimal(1), -_price(rng, trade.prices)))
        if trade.returned != "never" and rng.random() < 0.25:
            bought = [_returned(line, trade.returned) for line in bought]
        lines += bought
    return lines


def _line(rng: Random, trade: Trade, order: str, when: datetime, who: str) -> Line:
    return Line(order, when, who, rng.choice(ARTICLES), _quantity(rng, trade), _price(rng, trade.prices))


def _returned(line: Line, how: str) -> Line:
    return (
        replace(line, quantity=-line.quantity) if how == "quantity" else replace(line, price=-abs(line.price))
    )


def _price(rng: Random, kind: str) -> Decimal:
    match kind:
        case "whole":
            return Decimal(rng.randint(1, 40))
        case "thousands":
            return Decimal(rng.choice((rng.randint(1, 40) * 1000, rng.randint(100, 900))))
        case _:
            return Decimal(rng.choice((rng.randint(1, 9999), rng.randint(100_000, 2_999_999)))) / 100


def _quantity(rng: Random, trade: Trade) -> Decimal:
    match trade.quantities:
        case "one":
            return Decimal(1)
        case "many":
            return Decimal(rng.randint(1, 2200))
        case "weights":
            return Decimal(rng.randint(1, 4000)) / 1000
        case _:
            return Decimal(rng.randint(1, 12))
