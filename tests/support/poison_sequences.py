"""Traps that take several records to show."""

from dataclasses import replace
from datetime import timedelta

from tests.support.poison_case import Maker, PoisonSequence


def return_before_sale(make: Maker) -> PoisonSequence:
    sale = (make.kafka_time - timedelta(hours=2)).isoformat()
    who = {"customer_id": "poison-return-first"}
    records = (
        make.case("return_first", "applied", invoice_no="C9return", quantity=-6, **who),
        make.case("sale_second", "applied", event_time=sale, **who),
    )
    return PoisonSequence("return_before_sale", records, _state(frequency=1, monetary_minor=0, applied=2))


def ancient(make: Maker) -> PoisonSequence:
    who = {"customer_id": "poison-ancient"}
    records = (
        make.case("ancient_newest", "applied", **who),
        make.case("ancient_1995", "late", event_time="1995-05-05T08:00:00Z", **who),
    )
    return PoisonSequence("ancient", records, _state(frequency=1, monetary_minor=153_000, applied=1, late=1))


def sent_twice(make: Maker) -> PoisonSequence:
    first = make.case("sent_twice", "applied", customer_id="poison-twice")
    records = (first, replace(first, name="sent_again", expected="duplicate"))
    return PoisonSequence(
        "sent_twice", records, _state(frequency=1, monetary_minor=153_000, applied=1, duplicate=1)
    )


def one_id_two_times(make: Maker) -> PoisonSequence:
    """An event is the same only if id, customer and time are."""
    who = {"customer_id": "poison-two-times", "event_id": "poison:two-times", "invoice_no": "9two"}
    earlier = (make.kafka_time - timedelta(hours=3)).isoformat()
    records = (
        make.case("two_times_first", "applied", **who),
        make.case("two_times_second", "applied", event_time=earlier, **who),
    )
    return PoisonSequence("one_id_two_times", records, _state(frequency=1, monetary_minor=306_000, applied=2))


def _state(**known: int) -> dict[str, int]:
    return {"frequency": 0, "monetary_minor": 0, "applied": 0, "duplicate": 0, "late": 0} | known
