"""Random plans of a stream with steps, and how they may be cut into micro-batches.

Drawn from a seed: a plan is too large to be put together from single choices.
"""

from random import Random

from tests.support.history_oracle import DAY_MS
from tests.support.plain_steps import Batch, Plan
from tests.support.state_oracle import Line

FIRST_DAY = 15_000


def logs(seed: int, n_lines: int) -> list[list[Line]]:
    """Lines of some partitions: late, of wrong clocks, sent twice; one partition may end early."""
    random = Random(seed)
    partitions: list[list[Line]] = [[] for _ in range(random.randint(1, 3))]
    n_customers, lateness = random.randint(4, 14), random.choice([0.0, 0.01, 0.18])
    now = float(FIRST_DAY)
    for event in range(n_lines):
        now += random.expovariate(1) * random.choice([0.05, 0.2, 0.6])
        moment = now - random.random() * 9 if random.random() < lateness else now
        if random.random() < 0.01:
            moment = now + random.randint(2, 60)
        customer, is_return = random.randrange(n_customers), random.random() < 0.15
        amount = random.choice([120, 310, 45, 700]) * (-1 if is_return else 1)
        line = Line(customer, event, random.randrange(30), round(moment * DAY_MS), amount, is_return)
        log = partitions[customer % len(partitions)]
        log += [line] * (2 if random.random() < 0.02 else 1)
    if random.random() < 0.4:
        idle = random.choice(partitions)
        del idle[len(idle) // 2 :]
    return partitions


def in_one(partitions: list[list[Line]]) -> Plan:
    """Read everything in one micro-batch."""
    return Plan(partitions, [Batch(tuple(map(len, partitions)), decides=True)])


def cut(partitions: list[list[Line]], seed: int, most: int) -> Plan:
    """Read up to `most` lines of each partition at a time; decide at once, or put it off."""
    random = Random(seed)
    ends, batches = [0] * len(partitions), []
    while any(end < len(log) for end, log in zip(ends, partitions, strict=True)):
        ends = [
            min(len(log), end + random.randint(0, most)) for end, log in zip(ends, partitions, strict=True)
        ]
        batches.append(Batch(tuple(ends), decides=random.random() < 0.6))
    return Plan(partitions, batches)
