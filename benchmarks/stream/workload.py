"""The purchases that every contender gets: seeded, in Kafka once, the same bytes for all.

A block is what one micro-batch reads: so many customers, drawn afresh from those known, with
ten lines each on a few invoices, shuffled, in one day, so that no tick falls into a measurement.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from confluent_kafka import Producer
from kafka import KafkaAdminClient

from shared.core.arrays import Int64

DAY = datetime(2011, 6, 1, tzinfo=UTC)
DAY_MS = int(DAY.timestamp() * 1000)
MS_PER_DAY = 86_400_000
LINES_PER_CUSTOMER = 10
LINES_PER_INVOICE = 5
_RETURNS = 0.03
_ARTICLES = (
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "2.55"),
    ("22423", "REGENCY CAKESTAND 3 TIER", "12.75"),
    ("84879", "ASSORTED COLOUR BIRD ORNAMENT", "1.69"),
    ("21034", "REX CASH+CARRY JUMBO SHOPPER", "0.95"),
    ("47566", "PARTY BUNTING", "4.95"),
    ("22720", "SET OF 3 CAKE TINS PANTRY DESIGN", "4.95"),
)


@dataclass(frozen=True)
class Workload:
    """known : customers with a document before the start. touched : customers in a block."""

    topic: str
    known: int
    touched: int
    blocks: int
    partitions: int = 2
    seed: int = 20_110_601

    @property
    def block_events(self) -> int:
        """Events of one block."""
        return self.touched * LINES_PER_CUSTOMER

    @property
    def events(self) -> int:
        """Events of all blocks."""
        return self.blocks * self.block_events


@dataclass(frozen=True)
class Event:
    """One record: partition, key, value and the header `event_id`, as `resegment replay` sends them."""

    partition: int
    key: bytes
    value: bytes
    event_id: str


def customer_id(number: int) -> str:
    """Return the name of a known customer."""
    return f"c{number:07d}"


def block(workload: Workload, number: int) -> Iterator[Event]:
    """Generate block `number`; every partition gets the same share of its events and customers."""
    rng = np.random.default_rng([workload.seed, number])
    customers = np.concatenate([_drawn(workload, partition, rng) for partition in range(workload.partitions)])
    lines = rng.permutation(np.repeat(np.arange(customers.size), LINES_PER_CUSTOMER))
    seen = np.zeros(customers.size, np.int64)
    first = number * workload.block_events
    step_ms = MS_PER_DAY / (workload.events + 1)
    times = np.datetime64(DAY.replace(tzinfo=None), "ms") + (
        (first + np.arange(lines.size)) * step_ms
    ).astype("timedelta64[ms]")
    texts = np.datetime_as_string(times).tolist()
    articles = rng.integers(len(_ARTICLES), size=lines.size).tolist()
    quantities = rng.integers(1, 25, size=lines.size).tolist()
    is_return = (rng.random(customers.size) < _RETURNS).tolist()
    for at, line in enumerate(lines.tolist()):
        nth = int(seen[line])
        seen[line] = nth + 1
        owner = int(customers[line])
        returned = is_return[line] and nth == LINES_PER_CUSTOMER - 1
        invoice = f"{number:03d}{line:06d}{nth // LINES_PER_INVOICE}"
        event_id = f"online-retail:{first + at:09d}"
        value = _value(
            event_id,
            texts[at],
            customer_id(owner),
            f"C{invoice}" if returned else invoice,
            -quantities[at] if returned else quantities[at],
            _ARTICLES[articles[at]],
        )
        yield Event(owner % workload.partitions, customer_id(owner).encode(), value, event_id)


def create_topic(servers: str, topic: str, partitions: int) -> None:
    """Create an empty topic."""
    admin = KafkaAdminClient(bootstrap_servers=servers.split(","))
    try:
        admin.create_topics({topic: {"num_partitions": partitions, "replication_factor": 1}})
    finally:
        admin.close()


def produce(servers: str, workload: Workload) -> None:
    """Create the topic and send every block, compressed as `resegment replay` does it."""
    create_topic(servers, workload.topic, workload.partitions)
    producer = producer_of(servers)
    for number in range(workload.blocks):
        for event in block(workload, number):
            send(producer, workload.topic, event)
    remaining = producer.flush(60)
    assert remaining == 0, f"{remaining} events were not acknowledged"


def producer_of(servers: str, linger_ms: int = 50) -> Producer:
    """Return a producer that keeps order."""
    return Producer(
        {
            "bootstrap.servers": servers,
            "enable.idempotence": True,
            "compression.type": "gzip",
            "linger.ms": linger_ms,
            "log_level": 3,  # a broker that has just started makes it retry, and say so
            "batch.size": 262_144,
            "queue.buffering.max.messages": 500_000,
        }
    )


def send(
    producer: Producer, topic: str, event: Event, on_delivery: Callable[[Any, Any], None] | None = None
) -> None:
    """Hand over one event, waiting for room in the queue."""
    while True:
        try:
            producer.produce(
                topic,
                event.value,
                event.key,
                event.partition,
                on_delivery,
                headers=[("event_id", event.event_id)],
            )
        except BufferError:
            producer.poll(0.1)
        else:
            return


def _drawn(workload: Workload, partition: int, rng: np.random.Generator) -> Int64:
    mine = np.arange(partition, workload.known, workload.partitions)
    return rng.choice(mine, workload.touched // workload.partitions, replace=False)


def _value(
    event_id: str, time: str, customer: str, invoice: str, quantity: int, article: tuple[str, str, str]
) -> bytes:
    stock_code, description, price = article
    return (
        f'{{"event_id":"{event_id}","event_time":"{time}+00:00",'
        f'"customer_id":"{customer}","invoice_no":"{invoice}","stock_code":"{stock_code}",'
        f'"quantity":{quantity},"unit_price":"{price}","description":"{description}",'
        '"currency":"GBP","country":"United Kingdom"}'
    ).encode()
