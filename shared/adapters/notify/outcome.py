"""How a delivery fails: for good, or for now."""

from shared.errors import ReclusteringError, ServiceUnavailable


class DeliveryRefused(ReclusteringError):
    """The receiver will never take this message: say so, and go on with the next."""


class DeliveryFailed(ServiceUnavailable):
    """The receiver did not take it this time. retry_after_s : the pause that it asked for."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
