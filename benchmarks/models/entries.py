"""Who takes part in the contests, and with which settings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.models.followers import Follower, Frozen, MiniBatch, MLlib, Restating, Retracting
from benchmarks.models.history import ContestChampion
from benchmarks.models.river_contenders import RiverCluStream, RiverDbstream, RiverKMeans
from benchmarks.models.user_stream import UserStream

Factory = Callable[[ContestChampion, int], Follower]
"""From the champion and a seed: a contender that has learnt the champion's table."""

HALF_LIFE_7 = 0.5 ** (1 / 7)
OURS = "ours, daily restate"


@dataclass(frozen=True)
class ContestEntry:
    """A contender of the contests.

    is_heavy : a row takes it so long that it gets fewer customers or seeds.
    needs_ageing : differs from another entry only where customers age, so that scripts do without it.
    """

    name: str
    start: Factory
    is_heavy: bool = False
    needs_ageing: bool = False


def _plain(make: Callable[[ContestChampion], Follower]) -> Factory:
    return lambda champion, _seed: make(champion)


ENTRIES: tuple[ContestEntry, ...] = (
    ContestEntry(OURS, _plain(Restating)),
    ContestEntry("ours, restate every 7 days", _plain(partial(Restating, every=7)), needs_ageing=True),
    ContestEntry("ours, retract only", _plain(Retracting)),
    ContestEntry("champion, frozen", _plain(Frozen)),
    ContestEntry("scikit-learn partial_fit", MiniBatch),
    ContestEntry("scikit-learn partial_fit, ratio 0", partial(MiniBatch, ratio=0.0)),
    ContestEntry(
        "scikit-learn, ratio 0, whole table", partial(MiniBatch, ratio=0.0, feed="table"), needs_ageing=True
    ),
    ContestEntry("MLlib rule, decay 1", _plain(MLlib)),
    ContestEntry("MLlib rule, half-life 7", _plain(partial(MLlib, decay=HALF_LIFE_7))),
    ContestEntry(
        "MLlib, half-life 7, whole table",
        _plain(partial(MLlib, decay=HALF_LIFE_7, feed="table")),
        needs_ageing=True,
    ),
    ContestEntry("River KMeans, step .5 (default)", _plain(RiverKMeans)),
    ContestEntry("River KMeans, step .01", _plain(partial(RiverKMeans, step=0.01))),
    ContestEntry(
        "River CluStream", partial(RiverCluStream, own_macro_step=True), is_heavy=True, needs_ageing=True
    ),
    ContestEntry("River CluStream, weighted macro step", RiverCluStream, is_heavy=True),
    ContestEntry("River DBSTREAM", RiverDbstream),
    ContestEntry("userStream's logic", UserStream),
)
FOR_SCRIPTS = tuple(entry for entry in ENTRIES if not entry.needs_ageing)
