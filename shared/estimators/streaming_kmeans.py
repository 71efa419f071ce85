"""Streaming K-means in scikit-learn's manner."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from shared.core.kmeans.assignment import assign
from shared.core.kmeans.half_life import HalfLife
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.kmeans.prototype_sums import BatchStatistics
from shared.core.kmeans.reference_rules import Prototypes
from shared.estimators._kmeans_rules import Batch, ExactRule, MiniBatchRule, MLlibRule

Float64 = NDArray[np.float64]
Rule = ExactRule | MiniBatchRule | MLlibRule


class StreamingKMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means that learns rows batch by batch and can take them out again.

    Each row counts once: whoever changes is forgotten under the label they were learnt with, and
    learnt anew. Sums are exact, so learning and forgetting leaves the model as it was, and a batch
    split in two gives the same sums against the same centers. A center without rows stays where
    it is (see `unsupported_`).

    Parameters
    ----------
    n_clusters : number of centers; more than there are distinct rows leaves some unsupported.
    update : "retract" (default); "half_life", which fades rows by their time; "minibatch", the rule
        of scikit-learn; "mllib", the rule of Spark. The last two cannot forget.
    init : "k-means++" or centers (n_clusters, d), from which `partial_fit` starts as they are.
    n_init, max_passes : starts and assignments at most, of `fit` and of the first `partial_fit`.
    half_life : for "half_life", in the unit of `times`.
    decay_factor, time_unit : for "mllib", see `mllib_update`.
    reassignment_ratio : for "minibatch"; above 0 it moves small clusters onto random rows.
    random_state : seed or generator of the starts.

    Attributes
    ----------
    cluster_centers_ : (k, d). weights_ : (k,), the weight behind each.
    labels_ : (n,) of the last batch, as they were learnt: keep them if rows are to be forgotten.
    inertia_ : of the last batch, against the centers after it. n_steps_ : batches learnt.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = StreamingKMeans(4, random_state=0).fit(X)
    >>> labels = model.partial_fit(X[:1] + 1).labels_
    >>> model.forget(X[:1] + 1, labels).predict(X).shape
    (200,)
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        update: str = "retract",
        init: str | ArrayLike = "k-means++",
        n_init: int = 10,
        max_passes: int = 300,
        half_life: float = 180.0,
        decay_factor: float = 1.0,
        time_unit: str = "batches",
        reassignment_ratio: float = 0.0,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.update = update
        self.init = init
        self.n_init = n_init
        self.max_passes = max_passes
        self.half_life = half_life
        self.decay_factor = decay_factor
        self.time_unit = time_unit
        self.reassignment_ratio = reassignment_ratio
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: object = None,  # noqa: ARG002 - scikit-learn's signature
        sample_weight: ArrayLike | None = None,
        times: ArrayLike | None = None,
    ) -> Self:
        """Forget everything, cluster X until its labels rest, and learn it.

        Parameters
        ----------
        X : (n, d). sample_weight : (n,), 1 if omitted.
        times : (n,) time of each row for "half_life"; the number of the batch if omitted.
        """
        self.n_steps_ = 0
        batch = self._batch(X, sample_weight, times, is_first=True)
        self._rule = self._rule_at(self._clustered(batch), batch)
        return self._learn(batch)

    def partial_fit(
        self,
        X: ArrayLike,
        y: object = None,  # noqa: ARG002 - scikit-learn's signature
        sample_weight: ArrayLike | None = None,
        times: ArrayLike | None = None,
    ) -> Self:
        """Learn a batch: label it, add it, move the centers. See `fit` for the arguments."""
        is_first = not hasattr(self, "_rule")
        self.n_steps_ = 0 if is_first else self.n_steps_
        batch = self._batch(X, sample_weight, times, is_first=is_first)
        if is_first:
            given = self._given_centers(batch)
            self._rule = self._rule_at(self._clustered(batch) if given is None else given, batch)
        return self._learn(batch)

    def forget(
        self,
        X: ArrayLike,
        labels: ArrayLike,
        sample_weight: ArrayLike | None = None,
        times: ArrayLike | None = None,
    ) -> Self:
        """Take rows out again and move the centers back.

        Parameters
        ----------
        X, sample_weight, times : as they were learnt; `times` is required for "half_life".
        labels : (n,) the `labels_` of the `fit` or `partial_fit` that learnt them.

        Raises
        ------
        ValueError : the update rule keeps no sums, or rows were not learnt under those labels.
        """
        check_is_fitted(self)
        if not isinstance(self._rule, ExactRule):
            msg = f"update={self.update!r} keeps no sums to take rows out of; use 'retract' or 'half_life'"
            raise ValueError(msg)
        if self._rule.fading is not None and times is None:
            msg = "forgetting under update='half_life' needs the `times` the rows were learnt with"
            raise ValueError(msg)
        batch = self._batch(X, sample_weight, times, is_first=False)
        self._rule = self._rule.forget(batch, np.asarray(labels))
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the label (n,) of the nearest center of each row; learns nothing."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        return assign(np.ldexp(rows, -self._rule.exponent), self._rule.centers).labels

    def transform(self, X: ArrayLike) -> Float64:
        """Return the distance (n, k) of each row to each center."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        distances: Float64 = cdist(np.ldexp(rows, -self._rule.exponent), self._rule.centers)
        return np.ldexp(distances, self._rule.exponent)

    @property
    def cluster_centers_(self) -> Float64:
        """Centers (k, d) in the unit of the data."""
        return np.ldexp(self._rule.centers, self._rule.exponent)

    @property
    def weights_(self) -> Float64:
        """Weight (k,) behind each center."""
        return self._rule.weights

    @property
    def unsupported_(self) -> NDArray[np.int64]:
        """Labels of centers without rows, which stay where they are."""
        return np.flatnonzero(self.weights_ <= 0)

    @property
    def _n_features_out(self) -> int:
        return len(self._rule.centers)

    def _learn(self, batch: Batch) -> Self:
        self.labels_, self._rule = self._rule.learn(batch)
        exponent = self._rule.exponent
        squares = assign(np.ldexp(batch.X, -exponent), self._rule.centers).distances ** 2
        with np.errstate(over="ignore"):  # infinity is the honest sum of squares above 1e308
            self.inertia_ = float(np.ldexp(batch.weights @ squares, 2 * exponent))
        self.n_steps_ += 1
        return self

    def _batch(
        self, X: ArrayLike, sample_weight: ArrayLike | None, times: ArrayLike | None, *, is_first: bool
    ) -> Batch:
        rows = validate_data(self, X, dtype=np.float64, order="C", reset=is_first)
        weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
        moments = np.full(len(rows), self.n_steps_) if times is None else np.asarray(times)
        if moments.shape != (len(rows),):
            msg = f"times should be ({len(rows)},), one for each row; got {moments.shape}"
            raise ValueError(msg)
        return Batch(rows, weights, moments.astype(np.float64))

    def _given_centers(self, batch: Batch) -> Float64 | None:
        if isinstance(self.init, str):
            if self.init != "k-means++":
                msg = f"init should be 'k-means++' or an array of centers; got {self.init!r}"
                raise ValueError(msg)
            return None
        centers = np.asarray(self.init, dtype=np.float64)
        expected = (self.n_clusters, batch.X.shape[1])
        if centers.shape != expected:
            msg = f"init should have the shape {expected}, n_clusters by features; got {centers.shape}"
            raise ValueError(msg)
        return centers

    def _clustered(self, batch: Batch) -> Float64:
        exponent, given = batch.exponent(), self._given_centers(batch)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        fit = fit_kmeans(
            np.ldexp(batch.X, -exponent),
            self.n_clusters,
            n_starts=self.n_init,
            rng=np.random.default_rng(seed),
            weights=batch.weights,
            init=None if given is None else np.ldexp(given, -exponent),
            max_passes=self.max_passes,
        )
        return np.ldexp(fit.centers, exponent)

    def _rule_at(self, centers: Float64, batch: Batch) -> Rule:
        """Return the rule that starts at `centers` with nothing learnt."""
        nothing = Prototypes(centers, np.zeros(len(centers)))
        match self.update:
            case "minibatch":
                return MiniBatchRule(nothing, self.reassignment_ratio, check_random_state(self.random_state))
            case "mllib":
                return MLlibRule(nothing, self.decay_factor, self.time_unit)
            case "retract" | "half_life":
                exponent = batch.exponent()
                fading = None
                if self.update == "half_life":
                    fading = HalfLife(self.half_life, float(batch.times.max()))
                empty = BatchStatistics.empty(*centers.shape)
                return ExactRule(np.ldexp(centers, -exponent), exponent, empty, fading)
        msg = f"update should be 'retract', 'half_life', 'minibatch' or 'mllib'; got {self.update!r}"
        raise ValueError(msg)
