"""Sentences that know what they state, and how to find it out again from the table.

Whatever a study says of the data at hand is a `Claim`: its words hold places for facts, so that no number
or name in them can come from anywhere else, and a plain count of the same table must give the same facts.
A sentence that would be true of any table is plain text.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Value = float | int | str | bool
Facts = Mapping[str, Value]
Recompute = Callable[["pd.DataFrame"], Facts]


@dataclass(frozen=True, eq=False)
class Claim:
    """What a study says of the data at hand.

    Judgements are facts too: whoever writes "rises" states `{"rises": True}` beside the slope, and picks
    the wording by it. A name that the words have no place for is stated all the same.

    Parameters
    ----------
    wording : with `{name}` or `{name:.2f}` where a fact stands, as in `str.format`. Words of the file, such
        as names of its columns, are facts: they may hold braces.
    facts : name -> what is stated.
    recompute : gives the same facts from the table as the study has read it, by other means than the study
        took: plain pandas. What a fit has found, such as the segment of each row, is bound to it. None for
        what no table knows: a setting, a person's word, how well a fit came out.
    """

    wording: str
    facts: Facts
    recompute: Recompute | None = None

    @property
    def text(self) -> str:
        """The sentence."""
        return self.wording.format(**self.facts)


Sentence = str | Claim


def text_of(sentence: Sentence) -> str:
    """Return what a reader sees."""
    return sentence.text if isinstance(sentence, Claim) else sentence


def drawn(sentence: str, n: int, n_shown: int, count: Callable[["pd.DataFrame"], int]) -> Sentence:
    """Add how many customers are drawn, where a figure shows `n_shown` at most and there are more.

    Parameters
    ----------
    count : gives n once more.
    """
    if n <= n_shown:
        return sentence
    return Claim(
        sentence + " {n_shown:,} of {n:,} customers are drawn.",
        {"n_shown": n_shown, "n": n},
        lambda table: {"n_shown": n_shown, "n": count(table)},
    )
