"""What a new installation lacks until it has segments, and the one next command that helps.

State in, advice out: it knows nothing of how the state is read or shown.
"""

from dataclasses import dataclass
from typing import Literal

FIT = "`resegment recluster --once`"
STREAM = "`resegment stream`"


@dataclass(frozen=True)
class Standing:
    """How far a stream has come.

    has_stored : the stream has written its state. is_running : somebody holds its lease.
    read, customers, clusterable : records, customers, and those of them with a purchase and net spend > 0.
    has_today : a first day has come. is_rewriting : customers are between two days or models.
    request : the re-clustering that waits or is being served. has_champion : a model is in force.
    has_model : the stream has taken one up. enough_for_today, enough_for_model : customers needed.
    cancellation_prefix : with which ids of cancelled invoices begin; "" if there are none.
    """

    has_stored: bool = False
    is_running: bool = False
    read: int = 0
    customers: int = 0
    clusterable: int = 0
    has_today: bool = False
    is_rewriting: bool = False
    request: Literal["open", "serving"] | None = None
    has_champion: bool = False
    has_model: bool = False
    enough_for_today: int = 3
    enough_for_model: int = 500
    cancellation_prefix: str = "C"


@dataclass(frozen=True)
class Advice:
    """What is missing, why, and what to do about it."""

    what: str
    why: str
    next: str

    def __str__(self) -> str:
        """One sentence in the form of the product's refusals."""
        return f"{self.what}; {self.why}; {self.next}"


def towards_segments(at: Standing) -> Advice | None:
    """Return what to do next until there are segments to show; None once there are."""
    if at.has_model:
        return None
    if at.has_champion:
        why = "a model is in force that the stream has not taken up"
        return Advice("there are no segments yet", why, _stream_goes_on(at))
    return towards_customers(at) or _towards_model(at)


def _towards_model(at: Standing) -> Advice:
    what = "there is no model yet"
    if at.request == "serving":
        return Advice(what, "a re-clustering is under way", "see `resegment status` in a moment")
    if at.request == "open":
        return Advice(what, "a re-clustering is asked for and nobody serves it", f"run {FIT}, {_then(at)}")
    if at.clusterable < at.enough_for_model:
        why = (
            f"{at.clusterable:,} of the {at.enough_for_model:,} customers have come at which the first is due"
        )
        return Advice(what, why, f"wait for more, or fit one now: {FIT}, {_then(at)}")
    why = f"{at.clusterable:,} customers are enough for the first, and it has not been asked for"
    return Advice(what, why, f"run {FIT}, {_then(at)}")


def towards_customers(at: Standing) -> Advice | None:
    """Return what to do next until there is somebody to cluster; None once there is."""
    if not at.customers and not at.read:
        return _towards_records(at)
    if not at.customers:
        why = "every record was rejected or names no customer"
        return Advice("there are no customers yet", why, "see `rejected as` in `resegment status`")
    if not at.clusterable:
        return _towards_purchases(at)
    if not at.has_today:
        return _towards_today(at)
    if at.is_rewriting and not at.is_running:
        why = "the stream ended while it rewrote its customers for another day or model"
        return Advice("the customers are not all of one day", why, f"run {STREAM}, which finishes that")
    return None


def _towards_records(at: Standing) -> Advice:
    what = "there are no customers yet"
    if at.is_running:
        why = "the stream runs and no record has come"
        return Advice(what, why, "send purchases to the topic, for example with `resegment replay FILE`")
    if not at.has_stored:
        why = "no stream has run on this database"
        return Advice(what, why, f"run `resegment init`, then `resegment replay FILE` and {STREAM}")
    return Advice(what, "no record has been read", f"run `resegment replay FILE`, then {STREAM}")


def _towards_purchases(at: Standing) -> Advice:
    what = f"none of the {at.customers:,} customers can be clustered"
    why = "none has a purchase and a net spend above zero"
    if at.cancellation_prefix:
        why += f"; an invoice id that begins with {at.cancellation_prefix!r} is read as a cancellation"
    anew = "--set input.cancellation_prefix= --set mongo.database=NEW"
    return Advice(
        what, why, f"if those are purchases, read them anew: `resegment init`, {STREAM}, both with `{anew}`"
    )


def _towards_today(at: Standing) -> Advice:
    what = "no day has come yet"
    if at.customers >= at.enough_for_today:
        return Advice(what, "the stream has not closed its first day", _stream_goes_on(at))
    why = f"{at.enough_for_today} distinct customers should have bought before a date is believed, "
    why += f"{at.customers} have"
    return Advice(what, why, "wait for more, or restart: `resegment stream --set tick.min_customers=1`")


def _stream_goes_on(at: Standing) -> str:
    return "see `resegment status` in a moment" if at.is_running else f"run {STREAM}"


def _then(at: Standing) -> str:
    return "which the running stream takes up" if at.is_running else f"then {STREAM}"
