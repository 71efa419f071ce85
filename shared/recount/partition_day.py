"""Which day it is in a partition, line after line, in plain code."""


class PartitionDay:
    """The newest day that enough distinct customers have reached; a day far above it is held."""

    def __init__(self, min_customers: int, max_jump_days: int) -> None:
        self.day: int | None = None
        self._enough, self._max_jump_days = min_customers, max_jump_days
        self._newest: dict[str, int] = {}

    def see(self, customer_id: str, day: int) -> int | None:
        """Take a line in offset order; returns the day it was before it."""
        before = self.day
        if before is not None and day > before + self._max_jump_days:
            return before
        self._newest[customer_id] = max(day, self._newest.get(customer_id, day))
        if len(self._newest) > self._enough:  # whoever falls out comes back with a newer day or not at all
            del self._newest[min(self._newest, key=lambda each: self._newest[each])]
        if len(self._newest) == self._enough:
            reached = min(self._newest.values())
            self.day = reached if before is None else max(before, reached)
        return before
