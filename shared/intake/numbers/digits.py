"""What stands in a cell of numbers: digits with signs between them, and what stands around them."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from shared.intake.cells import BLANKS
from shared.intake.numbers import currencies

DECIMALS = (".", ",")
SIGNS = {".": "point", ",": "comma", " ": "blank", "'": "apostrophe"}
_MAX_DIGITS = 60
"""Longer than any amount: 1E+999999999 is no text to write out."""

_ALIKE = str.maketrans(
    {**dict.fromkeys("\u00a0\u2007\u2009\u202f", " "), "\u2019": "'", **dict.fromkeys("\u2212\u2013", "-")}
)
_BLANKS = re.compile(" +")
_CELL = re.compile(
    r"(?P<before>[^0-9]*)"
    r"(?P<digits>[0-9](?:[0-9 .,']*[0-9])?(?:[.,]-{0,2})?(?:[eE][-+]?[0-9]{1,3})?)"
    r"(?P<after>[^0-9]*)"
)
_BEFORE = re.compile(rf"(\()? ?([-+])? ?({currencies.PATTERN})? ?([-+])? ?([.,])?")
_AFTER = re.compile(rf" ?(-)? ?({currencies.PATTERN})? ?(-)? ?(\))?")


def _readings(decimal: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give what digits look like with a decimal sign: grouped, in threes or as in India, and scientific."""
    point, others = re.escape(decimal), "".join(sign for sign in SIGNS if sign != decimal)
    threes = rf"[1-9][0-9]{{0,2}}(?P<sign>[{others}])[0-9]{{3}}(?:(?P=sign)[0-9]{{3}})*"
    indian = "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if decimal == "." else threes.replace("sign", "same")
    whole = f"(?P<whole>[0-9]+|{threes}|{indian})"
    grouped = rf"{whole}?(?:{point}(?P<part>[0-9]+|-{{0,2}}))?"
    return re.compile(grouped), re.compile(rf"[0-9]*(?:{point}[0-9]+)?[eE][-+]?[0-9]+")


_READ = {decimal: _readings(decimal)[0] for decimal in DECIMALS}
_SCIENTIFIC = {decimal: _readings(decimal)[1] for decimal in DECIMALS}


class Number(NamedTuple):
    """What stands in a cell: the digits with the signs between them, and what stands around them."""

    digits: str
    is_negative: bool
    currencies: tuple[str, ...]


def number(text: str) -> Number | None:
    """Take a cell apart, if it is a number in some format."""
    found = _CELL.fullmatch(text.translate(_ALIKE).strip(BLANKS))
    around = _around(found["before"], found["after"]) if found else None
    if not found or around is None:
        return None
    point, is_negative, signs = around
    return Number(point + found["digits"], is_negative, signs)


@lru_cache(maxsize=1024)
def _around(before: str, after: str) -> tuple[str, bool, tuple[str, ...]] | None:
    """Read what stands around digits: a leading decimal sign, whether they are negative, the currencies."""
    left, right = (_BLANKS.sub(" ", text) for text in (before, after))
    found, rest = _BEFORE.fullmatch(left), _AFTER.fullmatch(right)
    if not found or not rest:
        return None
    is_open, sign_1, currency_1, sign_2, point = found.groups()
    sign_3, currency_2, sign_4, is_closed = rest.groups()
    signs = [sign for sign in (sign_1, sign_2, sign_3, sign_4) if sign]
    if bool(is_open) != bool(is_closed) or len(signs) + bool(is_open) > 1:
        return None
    return point or "", bool(is_open) or signs == ["-"], tuple(filter(None, (currency_1, currency_2)))


def value(text: str, decimal: str) -> str | None:
    """Read digits with a decimal sign and signs between thousands, or not at all."""
    if found := _READ[decimal].fullmatch(text):
        whole = found["whole"] or "0"
        whole = whole if whole.isdecimal() else "".join(filter(str.isdecimal, whole))
        part = (found["part"] or "").strip("-")
        return f"{whole}.{part}" if part else whole
    if found := _SCIENTIFIC[decimal].fullmatch(text):
        exact = Decimal(text.replace(decimal, "."))
        return f"{exact:f}" if abs(exact.adjusted()) < _MAX_DIGITS else None
    return None
