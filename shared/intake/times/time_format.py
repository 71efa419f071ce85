"""How the times of a column are written, and how they are read then."""

from dataclasses import dataclass

from shared.intake.cells import trimmed
from shared.intake.times import clock_readings, day_numbers, patterns
from shared.intake.times.clock_readings import Readings


@dataclass(frozen=True)
class TimeFormat:
    """How the times of a column are written.

    Parameters
    ----------
    layout : in words, as "day.month.year hour:minute".
    pattern : of `clock_readings.read_all`; or None, if `told` or `unit` says how they are read.
    needs_half : whether an hour must say AM or PM.
    told : a pattern of `strptime` that only it can read.
    unit : of numbers, see `day_numbers`.
    offsets : whether offsets from UTC stand in "all", "some" or "none" of the cells seen.
    """

    layout: str
    pattern: str | None = None
    needs_half: bool = False
    told: str | None = None
    unit: str | None = None
    offsets: str = "none"

    def words(self, zone: str) -> str:
        """Say it for a person, with the zone whose clocks the times without an offset show."""
        if self.unit is not None and self.unit != day_numbers.EXCEL:
            return self.layout
        where = {
            "all": "with the offset from UTC",
            "some": f"with the offset from UTC in some cells, else local to {zone}",
            "none": f"local to {zone}",
        }
        return f"{self.layout}, {where[self.offsets]}"


def readings(texts: list[str], form: TimeFormat) -> Readings:
    """Read texts in a format, whatever they are."""
    plain = [trimmed(text) for text in texts]
    if form.unit is not None:
        return day_numbers.read_all(plain, form.unit)
    if form.told is not None:
        return patterns.read_each(plain, form.told)
    return clock_readings.read_all(plain, form.pattern or "", needs_half=form.needs_half)
