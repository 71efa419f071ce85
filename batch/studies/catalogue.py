"""Which studies there are. Knows names only, so that listing them costs no numeric library."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from shared.errors import InvalidConfig

if TYPE_CHECKING:
    from batch.studies.framework.study import Study


@dataclass(frozen=True)
class Entry:
    """Where a study is, and what a list says of it. `module` has a `STUDY`.

    Parameters
    ----------
    flags : of the command line that it takes besides those of every study.
    """

    module: str
    title: str
    flags: tuple[str, ...] = ()


STUDIES: MappingProxyType[str, Entry] = MappingProxyType(
    {
        "mall-som": Entry(
            "batch.studies.mall_som.study",
            "Customers of a mall on a self-organising map, with Spark",
            ("--training",),
        ),
        "retail-som-hierarchy": Entry(
            "batch.studies.retail_som_hierarchy.study",
            "A shop's dirty transactions: cleaned, mapped, and the map's units joined into eight clusters",
            ("--placeholder",),
        ),
        "online-retail": Entry(
            "batch.studies.online_retail.study",
            "A year of invoice lines: looked at, cleaned, stored for analysts, and segmented by RFM",
        ),
        "kmeans-deep": Entry(
            "batch.studies.kmeans_deep.study",
            "K-means in depth: wider features, other algorithms, outliers, and how segments stay current",
        ),
        "visualise": Entry(
            "batch.studies.visualise.study", "What K-means does, in two dimensions, in three and in twelve"
        ),
    }
)
"""`study all` runs them in this order."""


def load(name: str) -> "Study":
    """Import one study.

    Raises
    ------
    InvalidConfig : there is none of that name.
    """
    if name not in STUDIES:
        near = difflib.get_close_matches(name, STUDIES, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(STUDIES)}, or `all` of them"
        msg = f"there is no study {name!r}; {hint}"
        raise InvalidConfig(msg)
    return cast("Study", import_module(STUDIES[name].module).STUDY)


def require_taken(flag: str, names: Collection[str]) -> None:
    """Refuse a flag that none of the studies takes.

    Raises
    ------
    InvalidConfig : naming the studies that do.
    """
    takers = [name for name, entry in STUDIES.items() if flag in entry.flags]
    if not set(takers) & set(names):
        msg = f"{flag} goes with {' and '.join(takers)}, not with {', '.join(names)}; leave it out"
        raise InvalidConfig(msg)
