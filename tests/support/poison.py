"""Records that break a naive consumer, each with the outcome that is right.

One or more cases for every trap the product promises to survive. The table is the contract
between whoever parses records and whoever counts them: both are tested against it.
"""

from datetime import datetime

from tests.support.poison_bytes import ids, not_json, sizes, texts
from tests.support.poison_case import CURRENCY, KAFKA_TIME, Maker, PoisonCase, PoisonSequence
from tests.support.poison_sequences import ancient, one_id_two_times, return_before_sale, sent_twice
from tests.support.poison_values import AMOUNT_BESIDE, amounts, missing, numbers, purchases, times

__all__ = ["AMOUNT_BESIDE", "CURRENCY", "KAFKA_TIME", "PoisonCase", "PoisonSequence", "cases", "sequences"]


def cases(*, kafka_time: datetime = KAFKA_TIME, oversized_bytes: int = 10_000_000) -> list[PoisonCase]:
    """Return the whole table; names are unique, and so are the customers of its good records.

    Parameters
    ----------
    kafka_time : the records' Kafka timestamp, which decides what is in the future.
    oversized_bytes : size of the largest record; the broker must be set to take it.
    """
    make = Maker(kafka_time)
    return [
        *not_json(make),
        *numbers(make),
        *texts(make),
        *ids(make),
        *missing(make),
        *times(make),
        *purchases(make),
        *amounts(make),
        *sizes(make, oversized_bytes),
    ]


def sequences(*, kafka_time: datetime = KAFKA_TIME) -> list[PoisonSequence]:
    """Return what takes several records to show."""
    make = Maker(kafka_time)
    return [return_before_sale(make), ancient(make), sent_twice(make), one_id_two_times(make)]
