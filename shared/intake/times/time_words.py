"""A way to write times, in words for a person and as a pattern for `strptime`."""

from collections.abc import Mapping

from shared.intake.times.ways import Way

_DATE = {"year": "%Y", "month": "%m", "day": "%d"}


def layout(way: Way, parts: Mapping[str, str]) -> str:
    """Say how times are written, as "day.month.year hour:minute".

    Parameters
    ----------
    parts : what stands for each group of the way's pattern, see `clock_readings.parts_seen`.
    """
    words = [f"name of the {part}" if way.named and part == "month" else part for part in way.order]
    date = "yearmonthday" if way.compact else (parts.get("s") or " ").join(words)
    clock = ":".join(
        word for group, word in (("H", "hour"), ("M", "minute"), ("S", "second")) if group in parts
    )
    fraction = ".fraction" if "f" in parts else ""
    return " ".join(filter(None, (date, clock + fraction, "AM/PM" if "p" in parts else "")))


def directives(way: Way, parts: Mapping[str, str]) -> str:
    """Write a pattern for `strptime` that reads such times; of a way whose month is a number."""
    names = _DATE | ({"year": "%y"} if len(parts.get("Y", "")) == 2 else {})
    date = parts.get("s", "").join(names[part] for part in way.order)
    hour = "%I" if "p" in parts else "%H"
    clock = ":".join(name for group, name in (("H", hour), ("M", "%M"), ("S", "%S")) if group in parts)
    fraction = ".%f" if "f" in parts else ""
    half, offset = (" %p" if "p" in parts else ""), ("%z" if "z" in parts else "")
    return f"{date} {clock}{fraction}{half}{offset}".strip()
