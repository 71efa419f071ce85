"""All kinds of candidate by the name that settings call them."""

from collections.abc import Mapping
from types import MappingProxyType

from batch.candidates import agglomerative, cold, density, mixture, som_ward, warm
from batch.candidates.material import Propose

KINDS: Mapping[str, Propose] = MappingProxyType(
    {
        "warm": warm.propose,
        "cold": cold.propose,
        "som_ward": som_ward.propose,
        "gaussian_mixture": mixture.propose,
        "agglomerative": agglomerative.propose,
        "hdbscan": density.propose,
    }
)
