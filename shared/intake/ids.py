"""Ids of customers, orders and articles, as they were before a spreadsheet or a table of floats had them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shared.core.arrays import Bool, Int64
from shared.intake.cells import BLANKS, Seen, rewritten
from shared.intake.findings import Finding, Level

_MISSING = {"nan", "none", "null", "<na>", "na", "n/a", "#n/a", "nat", "\\n"}
_GUARDED = re.compile(r"=\"(.*)\"|'(.+)", re.DOTALL)
"""How people keep a spreadsheet from reading a number."""

_CORRECT = "write the ids in one way"
_DIGITS = re.compile(r"[0-9]+")
_FLOAT = re.compile(r"([0-9]+)[.,]0{1,2}|([0-9]{4,})[.,]0+")
"""A whole number with a decimal sign; `20.000` may be twenty thousand."""

_FRACTION = re.compile(r"[0-9]+[.,][0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.,' \u00a0\u202f\u2019][0-9]{3})+")
_LOST = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")


@dataclass(frozen=True, eq=False)
class _Kinds:
    """Which of the different ids are what; all (n,). A float is whole, too."""

    whole: Bool
    floats: Bool
    fractions: Bool
    missing: Bool
    grouped: Bool
    lost: Bool
    other: Bool

    @classmethod
    def of(cls, names: Sequence[str]) -> "_Kinds":
        floats, lost, grouped = (_matching(pattern, names) for pattern in (_FLOAT, _LOST, _GROUPED))
        whole = _matching(_DIGITS, names) | floats
        missing = np.array([name.casefold() in _MISSING for name in names], dtype=bool)
        empty = np.array([name == "" for name in names], dtype=bool)
        fractions = _matching(_FRACTION, names) & ~floats & ~grouped
        return cls(whole, floats, fractions, missing, grouped, lost, ~(whole | missing | empty))


@dataclass(frozen=True)
class IdFormat:
    """How the ids of a column are written.

    Parameters
    ----------
    is_whole : all ids seen are whole numbers, so that `20001.0` is 20001 and `nan` is no id.
    has_points : some of them are written as `20001.0`.
    """

    is_whole: bool = False
    has_points: bool = False

    @property
    def words(self) -> str:
        """Say it for a person."""
        if not self.is_whole:
            return "text"
        return "whole numbers, written with a point" if self.has_points else "whole numbers"


def find_id_format(cells: pd.Series, lines: Int64, *, column: str) -> tuple[IdFormat, list[Finding]]:
    """Find how the ids of a column are written, from all its cells at once.

    Parameters
    ----------
    cells : (n,). lines : (n,) of the file. column : its name, for messages.
    """
    seen = Seen.of(column, cells, lines)
    names = [_bare(text) for text in seen.texts]
    kinds = _Kinds.of(names)
    # a column of nothing but `nan` names nobody, whatever the ids would have looked like
    is_whole = not kinds.other.any() and bool((kinds.whole | kinds.missing).any())
    form = IdFormat(is_whole, bool(kinds.floats.any()))
    return form, [*_of_numbers(seen, kinds, form), *_of_texts(seen, names)]


def plain_ids(cells: pd.Series, form: IdFormat) -> list[str]:
    """Write ids without what is no part of them; "" where there is none."""
    return rewritten(cells, lambda text: _plain(text, form))


def _bare(text: str) -> str:
    """Take off blanks around, and what guards a number from a spreadsheet."""
    name = text.strip(BLANKS)
    guarded = _GUARDED.fullmatch(name)
    return (guarded[1] or guarded[2] or "").strip(BLANKS) if guarded else name


def _plain(text: str, form: IdFormat) -> str:
    name = _bare(text)
    if not form.is_whole:
        return name
    if found := _FLOAT.fullmatch(name):
        return found[1] or found[2]
    return "" if name.casefold() in _MISSING else name


def _matching(pattern: re.Pattern[str], names: Sequence[str]) -> Bool:
    return np.array([pattern.fullmatch(name) is not None for name in names], dtype=bool)


def _of_numbers(seen: Seen, kinds: _Kinds, form: IdFormat) -> Iterator[Finding]:
    """Say what a spreadsheet or a table of floats has done to numbers."""
    if kinds.lost.any():
        message = _many(seen, kinds.lost, "are in scientific notation and have lost digits")
        mend = "export the file anew with this column as text"
        yield Finding(
            Level.STOP, "lost_id_digits", message, mend, seen.examples(kinds.lost), is_acceptable=True
        )
    if form.is_whole:
        yield from _said(seen, kinds.floats, "float_ids", "are whole numbers with a point, read without it")
        yield from _said(
            seen, kinds.missing, "missing_words", "are a word for a missing value, read as empty"
        )
        return
    told = "look like whole numbers with a point; as others are none, they are left as they are"
    yield from _doubted(seen, kinds.floats, "float_ids", told)
    yield from _doubted(seen, kinds.missing, "missing_words", "are a word for a missing value, read as ids")
    is_text = (kinds.other & ~(kinds.fractions | kinds.grouped | kinds.lost)).any()
    if not is_text:
        yield from _doubted(seen, kinds.fractions, "fractional_ids", "are fractions")
        told = "have a sign between thousands, which is left"
        yield from _doubted(seen, kinds.grouped, "grouped_ids", told)


def _of_texts(seen: Seen, names: Sequence[str]) -> Iterator[Finding]:
    """Say what is around ids, and which are nearly the same."""
    bare = [text.strip(BLANKS) for text in seen.texts]
    blanks = np.array([text != name != "" for text, name in zip(seen.texts, bare, strict=True)], dtype=bool)
    yield from _said(seen, blanks, "trimmed_ids", "have blanks around them, which are taken off")
    told = 'are guarded from a spreadsheet (="001" or \'001), read without the guard'
    yield from _said(seen, _matching(_GUARDED, bare), "guarded_ids", told)
    padded = _nearly_same(names, lambda name: name.lstrip("0") if _DIGITS.fullmatch(name) else None)
    yield from _doubted(
        seen, padded, "zero_padded_ids", "differ in leading zeros only, and stay different ids"
    )
    cases = _nearly_same(names, lambda name: None if name.casefold() in _MISSING else name.casefold())
    yield from _doubted(seen, cases, "ids_differ_in_case", "differ in capitals only, and stay different ids")


def _nearly_same(names: Sequence[str], key: Callable[[str], str | None]) -> Bool:
    """Mark names that differ from another name of the same key."""
    keys = [key(name) for name in names]
    alike: dict[str | None, set[str]] = {}
    for name, same in zip(names, keys, strict=True):
        alike.setdefault(same, set()).add(name)
    return np.array([same is not None and len(alike[same]) > 1 for same in keys], dtype=bool)


def _many(seen: Seen, marked: Bool, told: str) -> str:
    return f"column {seen.column!r}: {seen.count(marked):,} cells {told}"


def _said(seen: Seen, marked: Bool, code: str, told: str) -> Iterator[Finding]:
    if marked.any():
        yield Finding(Level.NOTE, code, _many(seen, marked, told), None, seen.examples(marked))


def _doubted(seen: Seen, marked: Bool, code: str, told: str) -> Iterator[Finding]:
    if marked.any():
        yield Finding(Level.WARN, code, _many(seen, marked, told), _CORRECT, seen.examples(marked))
