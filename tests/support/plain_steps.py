"""The plainest possible stream with steps: no columns, no sums, everything recomputed from all lines read.

A plan is a log for each partition and the cuts into micro-batches. What is measured for a day must not depend
on the cuts; only how many moves within a day are told may.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from tests.support.clock_oracle import PlainClock, Seen
from tests.support.history_oracle import DAY_MS, PastLine, plain_rfm, summed
from tests.support.state_oracle import Customer, Line

Rfm = tuple[int, int, int | None, int | None]
Center = tuple[Fraction, Fraction]
"""Money, days since the last purchase."""


@dataclass(frozen=True)
class Rules:
    min_customers: int = 3
    max_jump_days: int = 31
    horizon_days: int = 7


class Batch(NamedTuple):
    """One micro-batch: up to which offset each partition is read, and whether deciding follows at once."""

    ends: tuple[int, ...]
    decides: bool


class Plan(NamedTuple):
    partitions: list[list[Line]]
    batches: list[Batch]


class Step(NamedTuple):
    day: int
    centers: tuple[Center, ...]


class Move(NamedTuple):
    """A change of segment told under a step: phase 0 at its opening, 1 read before it, 2 by a touch."""

    customer: int
    day: int
    phase: int
    before: int | None
    after: int | None
    offset: int | None


@dataclass
class Stream:
    """Where a plan has got to, and all that was ever published of it."""

    plan: Plan
    rules: Rules = field(default_factory=Rules)
    lines: list[PastLine] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    closings: dict[int, dict[int, tuple[Rfm, int | None]]] = field(default_factory=dict)
    flows: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    shown: dict[int, int | None] = field(default_factory=dict)
    customers: dict[int, Customer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.read = [0] * len(self.plan.partitions)
        self.clocks = [PlainClock(self.rules.min_customers, self.rules.max_jump_days) for _ in self.read]
        self.reached: list[Seen] = []

    def run(self) -> "Stream":
        for batch in self.plan.batches:
            self.merge(batch.ends)
            if batch.decides:
                self.decide()
        self.decide()
        return self

    # --- a micro-batch ------------------------------------------------------------------------------------

    def merge(self, ends: Sequence[int]) -> None:
        before, counted = list(self.lines), {}
        for partition, end in enumerate(ends):
            for offset in range(self.read[partition], end):
                line = self._take(partition, self.plan.partitions[partition][offset])
                if line is not None and self.steps and line.known <= self.steps[-1].day:
                    counted[line.customer] = offset
            self.read[partition] = max(self.read[partition], end)
        for customer, offset in sorted(counted.items()):
            self._touch(customer, before, offset)

    def _take(self, partition: int, line: Line) -> PastLine | None:
        """Judge one line; the clock counts it whatever becomes of it."""
        day = line.ms // DAY_MS
        floor = self.clocks[partition].see(Seen(line.customer, day))
        step = self.steps[-1].day if self.steps else day
        known = max(day, day if floor is None else floor, step)
        self.reached.append(Seen(line.customer, known))
        customer = self.customers.setdefault(line.customer, Customer())
        orders = customer.frequency
        outcome = customer.take(line, self.rules.horizon_days)
        self.outcomes.append(outcome)
        if outcome != "applied":
            return None
        opens = customer.frequency > orders
        past = PastLine(line.customer, day, known, line.ms, line.amount, not line.is_return, opens)
        self.lines.append(past)
        return past

    def _touch(self, customer: int, before: list[PastLine], offset: int) -> None:
        step = self.steps[-1]
        came_from = place(plain_rfm(before, customer, step.day), step, step.day)
        goes_to = place(plain_rfm(self.lines, customer, step.day), step, step.day)
        self._tell(customer, 2, came_from, goes_to, offset)

    # --- deciding -----------------------------------------------------------------------------------------

    def decide(self) -> None:
        while (
            day := next_day(self.reached, self.steps[-1].day if self.steps else None, self.rules)
        ) is not None:
            if not may_open(day, [clock.day for clock in self.clocks], self.read, self.plan.partitions):
                return
            self._open(day)

    def _open(self, day: int) -> None:
        """Close the day before, learn from it, and say who moves."""
        if self.steps:
            self._close(self.steps[-1])
        centers = self._learnt(day)
        step = Step(day, centers)
        self.steps.append(step)
        for customer in sorted({line.customer for line in self.lines if line.known <= day}):
            opening = place(plain_rfm(self.lines, customer, day - 1), step, day)
            self._tell(customer, 0, self.shown.get(customer), opening, None)
            now = place(plain_rfm(self.lines, customer, day), step, day)
            self._tell(customer, 1, opening, now, None)

    def _close(self, step: Step) -> None:
        now, before = self._everybody(step.day), self._everybody(step.day - 1)
        self.closings[step.day] = {who: (rfm, place(rfm, step, step.day)) for who, rfm in now.items()}
        orders = sum(rfm[0] for rfm in now.values()) - sum(rfm[0] for rfm in before.values())
        money = sum(rfm[1] for rfm in now.values()) - sum(rfm[1] for rfm in before.values())
        self.flows[step.day] = orders, money, len(now) - len(before)

    def _everybody(self, day: int) -> dict[int, Rfm]:
        known = sorted({line.customer for line in self.lines if line.known <= day})
        return {who: plain_rfm(self.lines, who, day) for who in known}

    def _learnt(self, day: int) -> tuple[Center, ...]:
        """Return the centers of the step that opens `day`: the learnt ones, and one pass at the opening."""
        if not self.steps:
            return (Fraction(0), Fraction(0)), (Fraction(300), Fraction(0)), (Fraction(0), Fraction(20))
        newest, opening = self.steps[-1], self._everybody(day - 1)
        learnt = Step(day, means(opening.values(), newest, newest.day))
        return means(opening.values(), Step(day, learnt.centers), day)

    def _tell(
        self, customer: int, phase: int, before: int | None, after: int | None, offset: int | None
    ) -> None:
        if before != after:
            self.moves.append(Move(customer, self.steps[-1].day, phase, before, after, offset))
        self.shown[customer] = after


def next_day(reached: list[Seen], current: int | None, rules: Rules) -> int | None:
    """Return the day that may open next, as far as customers go: enough of them have reached it."""
    if current is None:
        first: dict[int, int] = {}
        for seen in reached:
            first[seen.customer] = min(seen.day, first.get(seen.customer, seen.day))
        days = sorted(first.values())
        return days[rules.min_customers - 1] if len(days) >= rules.min_customers else None
    later = {seen.customer for seen in reached if current < seen.day <= current + rules.max_jump_days}
    return current + 1 if len(later) >= rules.min_customers else None


def may_open(
    day: int, clocks: Sequence[int | None], read: Sequence[int], partitions: Sequence[Sequence[Line]]
) -> bool:
    """Whether every partition has reached the day, or its end."""
    return all(
        (clock is not None and clock >= day) or offset >= len(log)
        for clock, offset, log in zip(clocks, read, partitions, strict=True)
    )


def point(rfm: Rfm, day: int) -> Center | None:
    """Return money and recency as of the end of a day; None for who is not clustered."""
    frequency, money, _, last = rfm
    if not frequency or money <= 0 or last is None:
        return None
    return Fraction(money), max(Fraction((day + 1) * DAY_MS - last, DAY_MS), Fraction(0))


def place(rfm: Rfm | None, step: Step, day: int) -> int | None:
    where = None if rfm is None else point(rfm, day)
    if where is None:
        return None
    far = [(where[0] - center[0]) ** 2 + (10 * (where[1] - center[1])) ** 2 for center in step.centers]
    return far.index(min(far))


def means(everybody: Iterable[Rfm], step: Step, day: int) -> tuple[Center, ...]:
    """Return the mean of each center's customers; without any, the step's own center."""
    groups: dict[int, list[Center]] = {}
    for rfm in everybody:
        label = place(rfm, step, day)
        where = point(rfm, day)
        if label is not None and where is not None:
            groups.setdefault(label, []).append(where)
    return tuple(
        (sum(p[0] for p in groups[at]) / len(groups[at]), sum(p[1] for p in groups[at]) / len(groups[at]))
        if at in groups
        else center
        for at, center in enumerate(step.centers)
    )


def flow_of_known_day(lines: list[PastLine], day: int) -> tuple[int, int]:
    """Return orders and money of the lines that became known on one day."""
    orders, _, _, _, gross, returned = summed([line for line in lines if line.known == day])
    return orders, gross - returned
