"""A mixture of Gaussians: segments may be stretched and of different spread."""

import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from batch.candidates.material import Float64, Material

RIDGE = 1e-4
"""Added to every variance: discrete features (one purchase) otherwise give a component no width at all."""


def propose(material: Material, ks: Sequence[int]) -> Mapping[int, Float64]:
    """Fit a mixture for every k; a prototype is the mean of its component."""
    return {k: _means(material, k) for k in ks}


def _means(material: Material, k: int) -> Float64:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - a second to import
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415

    seed = int(material.rng(k).integers(2**31))
    model = GaussianMixture(k, init_params="k-means++", n_init=3, reg_covar=RIDGE, random_state=seed)
    with warnings.catch_warnings():  # means that still creep are prototypes all the same
        warnings.simplefilter("ignore", ConvergenceWarning)
        means: Float64 = np.asarray(model.fit(material.X).means_, dtype=np.float64)
    return means
