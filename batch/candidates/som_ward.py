"""A map of the customers whose units are joined by Ward's rule.

References
----------
Vesanto and Alhoniemi (2000), Clustering of the self-organizing map.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from batch.candidates.material import Float64, Material, group_means
from batch.som import fit_som
from shared.core.som.two_level import labels_of as cut
from shared.core.som.two_level import weighted_linkage
from shared.core.som.units import best_two_units


def propose(material: Material, ks: Sequence[int]) -> Mapping[int, Float64]:
    """Cut one tree at every k that it has units for; a prototype is the mean of its customers."""
    som = fit_som(material.X, material.seed)
    units = best_two_units(material.X, som.weights).first
    used, unit_of, hits = np.unique(units, return_inverse=True, return_counts=True)
    joins = weighted_linkage(som.weights[used], hits.astype(np.float64))
    return {k: group_means(material.X, cut(joins, k)[unit_of], k) for k in ks if k <= len(used)}
