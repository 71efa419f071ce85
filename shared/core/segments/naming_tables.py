"""Segment names as an ordered table over the 125 cells of an RFM score.

A table is read from the top: the first line whose ranges hold the scores gives the word.
Its last line holds every cell, so a vocabulary is total by construction. Scores run from
1 to 5 and 5 is always best: bought recently, often, for much.
"""

from dataclasses import dataclass
from enum import StrEnum


class Name(StrEnum):
    """The product's own segment names."""

    VIP = "VIP"
    LOYAL = "Loyal"
    POTENTIAL = "Potential"
    NEW = "New"
    NEEDS_ATTENTION = "Needs attention"
    AT_RISK = "At risk"
    CHURNED = "Churned"
    OCCASIONAL = "Occasional"
    ALIKE = "Alike"


ACTIONS: dict[Name, str] = {
    Name.VIP: "Reward them with early access and a personal contact; do not spend discounts on them.",
    Name.LOYAL: "Thank them with a loyalty benefit and suggest products that go with what they already buy.",
    Name.POTENTIAL: "Give them a reason to come back soon: a time-limited offer on their next order.",
    Name.NEW: "Welcome them and make the second order easy, for example with a small voucher.",
    Name.NEEDS_ATTENTION: "Remind them with a message that picks up what they bought last.",
    Name.AT_RISK: "Win them back now: contact them personally, ask what went wrong and make a strong offer.",
    Name.CHURNED: "Try one low-cost win-back message, then leave them out of paid campaigns.",
    Name.OCCASIONAL: "Write to them ahead of their usual buying moment, and seldom in between.",
    Name.ALIKE: "Treat all customers as one group: in last purchase, orders and spend they do not differ.",
}
"""One recommended action for each name, in the words of a marketing plan."""

Range = tuple[int, int]
ANY: Range = (1, 5)


@dataclass(frozen=True, slots=True)
class NamingLine:
    """One line of a table: a word and the inclusive score ranges that it covers.

    `f_plus_m` bounds the sum of the frequency and monetary scores (2 to 10): what the
    customer is worth, whichever of the two it comes from.
    """

    word: str
    r: Range = ANY
    f: Range = ANY
    m: Range = ANY
    f_plus_m: Range = (2, 10)

    def holds(self, r: int, f: int, m: int) -> bool:
        """Whether the scores lie inside every range of this line."""
        scores = ((r, self.r), (f, self.f), (m, self.m), (f + m, self.f_plus_m))
        return all(low <= score <= high for score, (low, high) in scores)


NAMES: tuple[NamingLine, ...] = (
    # Best fifth in purchases and in spend. In an ordinary pause they stay VIP: nobody sends
    # them a "we miss you" early.
    NamingLine(Name.VIP, r=(3, 5), f=(5, 5), m=(5, 5)),
    # Just back, and best in one of the two.
    NamingLine(Name.VIP, r=(5, 5), f=(4, 5), m=(4, 5), f_plus_m=(9, 10)),
    # A first small order; a first large one shows what the customer could become.
    NamingLine(Name.NEW, r=(4, 5), f=(1, 1), m=(1, 3)),
    NamingLine(Name.LOYAL, r=(4, 5), f=(4, 5)),
    NamingLine(Name.LOYAL, r=(4, 5), f=(3, 3), m=(4, 5)),
    NamingLine(Name.POTENTIAL, r=(4, 5)),
    NamingLine(Name.LOYAL, r=(3, 3), f_plus_m=(8, 10)),
    NamingLine(Name.NEEDS_ATTENTION, r=(3, 3)),
    # Gone quiet: what they were worth decides how much a win-back may cost.
    NamingLine(Name.AT_RISK, r=(2, 2), f_plus_m=(6, 10)),
    NamingLine(Name.NEEDS_ATTENTION, r=(2, 2), f_plus_m=(4, 5)),
    NamingLine(Name.AT_RISK, r=(1, 1), f_plus_m=(8, 10)),
    NamingLine(Name.CHURNED),
)
"""Table behind `shared.core.segments.naming.name_for_scores`, without "Occasional", which needs the segment's
rhythm, and "Alike", which needs the other segments."""


def look_up(table: tuple[NamingLine, ...], r: int, f: int, m: int) -> str:
    """Word of the first line of `table` that holds the scores (each 1 to 5, 5 best)."""
    return str(next(line.word for line in table if line.holds(r, f, m)))
