"""Streaming K-means in scikit-learn's manner."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from shared.core.arrays import Float64, Int32, Int64
from shared.core.kmeans.assignment import assign
from shared.core.kmeans.exact_rule import ExactRule, exponent_of
from shared.core.kmeans.lloyd import fit_kmeans
from shared.core.kmeans.reference_rules import Prototypes
from shared.core.kmeans.seeding import distinct_rows
from shared.core.kmeans.youth import Seeding, WeightedRows
from shared.estimators._contract import learning
from shared.estimators._reference_rules import MiniBatchRule, MLlibRule

Rule = ExactRule | MiniBatchRule | MLlibRule


class StreamingKMeans(ClassNamePrefixFeaturesOutMixin, TransformerMixin, ClusterMixin, BaseEstimator):  # type: ignore[misc]
    """K-means that learns rows batch by batch and can take them out again.

    Each row counts once: whoever changes is forgotten under the label they were learnt with, and
    learnt anew. Sums are exact, so learning and forgetting leaves the model as it was, and a batch
    split in two gives the same sums against the same centers. A center without rows stays where
    it is (see `unsupported_`).

    **Youth.** A model that begins with `partial_fit` and "k-means++" keeps its first rows, until 8192
    were learnt, and is clustered anew from all it holds whenever it has grown by half, when a row comes
    for which a center is free, and at the end: one pass over a shuffled stream then ends as well as a
    `fit`, and a first batch of one row is enough. When that is depends on where the stream is cut into
    batches; the same batches and seed give the same model. A clustering may give earlier rows other
    labels than they were told (it keeps the centers it had unless others are better): `predict`
    says the new ones, while `forget` wants those that were told, then and ever after. `fit` and given
    centers have no youth, except that `fit` of fewer distinct rows than centers begins one. A stream
    sorted by group should be shuffled: a group that first comes after youth gets no center of its own.

    **Memory.** The two rules that can forget keep 12 bytes for each row they hold, to refuse rows they
    do not; and the rows of youth.

    Parameters
    ----------
    n_clusters : number of centers; more than there are distinct rows leaves some unsupported.
    update : "retract" (default); "half_life", which fades rows by their time; "minibatch", the rule
        of scikit-learn; "mllib", the rule of Spark. The last two cannot forget, have no youth, and
        refuse to begin with fewer distinct rows than centers.
    init : "k-means++" or centers (n_clusters, d), from which `partial_fit` starts as they are.
    n_init, max_passes : starts and assignments at most, of each clustering.
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
    A customer who is taken out leaves nothing behind, to the last bit:

    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> model = StreamingKMeans(4, random_state=0).fit(X)
    >>> before = model.cluster_centers_
    >>> labels = model.partial_fit(X[:1] + 1).labels_
    >>> bool(np.array_equal(model.cluster_centers_, before))
    False
    >>> bool(np.array_equal(model.forget(X[:1] + 1, labels).cluster_centers_, before))
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "update": [StrOptions({"retract", "half_life", "minibatch", "mllib"})],
        "init": [StrOptions({"k-means++"}), "array-like"],
        "n_init": [Interval(Integral, 1, None, closed="left")],
        "max_passes": [Interval(Integral, 1, None, closed="left")],
        "half_life": [Interval(Real, 0, None, closed="neither")],
        "decay_factor": [Interval(Real, 0, 1, closed="both")],
        "time_unit": [StrOptions({"batches", "points"})],
        "reassignment_ratio": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

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

    _rule: Rule

    @learning
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
        given = self._given_centers(batch)
        if self._is_exact and given is None:
            self._rule = self._young(batch)
        else:
            self._rule = self._rule_at(self._clustered(batch, given), batch)
        self._learn(batch)
        if isinstance(self._rule, ExactRule) and not len(self.unsupported_):
            self._rule = self._rule.settled()
        return self

    @learning
    def partial_fit(
        self,
        X: ArrayLike,
        y: object = None,  # noqa: ARG002 - scikit-learn's signature
        sample_weight: ArrayLike | None = None,
        times: ArrayLike | None = None,
    ) -> Self:
        """Learn a batch: label it, add it, move the centers. See `fit` for the arguments.

        Raises
        ------
        ValueError : "minibatch" or "mllib" begins with fewer distinct rows than centers.
        """
        is_first = not hasattr(self, "_rule")
        self.n_steps_ = 0 if is_first else self.n_steps_
        batch = self._batch(X, sample_weight, times, is_first=is_first)
        if is_first:
            given = self._given_centers(batch)
            if self._is_exact and given is None:
                self._rule = self._young(batch)
            else:
                self._rule = self._rule_at(self._begun(batch) if given is None else given, batch)
        return self._learn(batch)

    @learning
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
        labels : (n,) the `labels_` of the `fit` or `partial_fit` that learnt them, also where the model
            has been clustered anew since.

        Raises
        ------
        ValueError : the update rule keeps no sums; a label is none of the model's; or a row was not
            learnt under its label and weight (and time, for "half_life"), or is forgotten already. Equal
            rows are one and the same. Nothing is then forgotten.
        """
        check_is_fitted(self)
        if not isinstance(self._rule, ExactRule):
            msg = f"update={self.update!r} keeps no sums to take rows out of; use 'retract' or 'half_life'"
            raise ValueError(msg)
        if self._rule.fading is not None and times is None:
            msg = "forgetting under update='half_life' needs the `times` the rows were learnt with"
            raise ValueError(msg)
        batch = self._batch(X, sample_weight, times, is_first=False)
        self._rule = self._rule.forget(batch, labels)
        return self

    def predict(self, X: ArrayLike) -> Int32:
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
    def unsupported_(self) -> Int64:
        """Labels of centers without rows, which stay where they are."""
        return np.flatnonzero(self.weights_ <= 0)

    @property
    def _n_features_out(self) -> int:
        return len(self._rule.centers)

    def _learn(self, batch: WeightedRows) -> Self:
        self.labels_, self._rule = self._rule.learn(batch)
        exponent = self._rule.exponent
        squares = assign(np.ldexp(batch.X, -exponent), self._rule.centers).distances ** 2
        with np.errstate(over="ignore"):  # infinity is the honest sum of squares above 1e308
            self.inertia_ = float(np.ldexp(batch.weights @ squares, 2 * exponent))
        self.n_steps_ += 1
        return self

    def _batch(
        self, X: ArrayLike, sample_weight: ArrayLike | None, times: ArrayLike | None, *, is_first: bool
    ) -> WeightedRows:
        rows = validate_data(self, X, dtype=np.float64, order="C", reset=is_first)
        weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
        moments = np.full(len(rows), self.n_steps_) if times is None else np.asarray(times)
        if moments.shape != (len(rows),):
            msg = f"times should be ({len(rows)},), one for each row; got {moments.shape}"
            raise ValueError(msg)
        moments = moments.astype(np.float64)
        if not np.isfinite(moments).all():
            msg = "times should be finite; correct or leave out the rows without one"
            raise ValueError(msg)
        return WeightedRows(rows, weights, moments)

    @property
    def _is_exact(self) -> bool:
        return self.update in {"retract", "half_life"}

    @property
    def _half_life(self) -> float | None:
        return self.half_life if self.update == "half_life" else None

    def _given_centers(self, batch: WeightedRows) -> Float64 | None:
        if isinstance(self.init, str):
            return None
        centers = np.asarray(self.init, dtype=np.float64)
        expected = (self.n_clusters, batch.X.shape[1])
        if centers.shape != expected:
            msg = f"init should have the shape {expected}, n_clusters by features; got {centers.shape}"
            raise ValueError(msg)
        return centers

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))

    def _young(self, batch: WeightedRows) -> ExactRule:
        seeding = Seeding(self.n_init, self.max_passes, self._seed())
        return ExactRule.young(self.n_clusters, batch.X.shape[1], self._half_life, seeding)

    def _clustered(self, batch: WeightedRows, given: Float64 | None) -> Float64:
        exponent = exponent_of(batch.X)
        fit = fit_kmeans(
            np.ldexp(batch.X, -exponent),
            self.n_clusters,
            n_starts=self.n_init,
            rng=self._seed(),
            weights=batch.weights,
            init=None if given is None else np.ldexp(given, -exponent),
            max_passes=self.max_passes,
        )
        return np.ldexp(fit.centers, exponent)

    def _begun(self, batch: WeightedRows) -> Float64:
        n_distinct = len(distinct_rows(batch.X, batch.weights)[0])
        if n_distinct < self.n_clusters:
            msg = (
                f"n_samples={len(batch.X)}, of which {n_distinct} differ, should be >= n_clusters="
                f"{self.n_clusters}: update={self.update!r} would merge groups for good; "
                "begin with a larger batch, or give `init` centers"
            )
            raise ValueError(msg)
        return self._clustered(batch, None)

    def _rule_at(self, centers: Float64, batch: WeightedRows) -> Rule:
        """Return the rule that starts at `centers` with nothing learnt."""
        if self._is_exact:
            return ExactRule.at(centers, batch, self._half_life)
        nothing = Prototypes(centers, np.zeros(len(centers)))
        if self.update == "minibatch":
            return MiniBatchRule(nothing, self.reassignment_ratio, check_random_state(self.random_state))
        return MLlibRule(nothing, self.decay_factor, self.time_unit)
