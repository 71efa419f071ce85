"""A self-organising map that learns, forgets and settles, in scikit-learn's manner."""

from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from shared.core.arrays import Float64, Int64
from shared.core.checks import checked_labels
from shared.core.fixed_point import to_fixed
from shared.core.kmeans.prototype_sums import PrototypeSums
from shared.core.row_ledger import Keys, RowLedger, row_keys
from shared.core.som.batch_rule import smooth
from shared.core.som.decay import DecayKind
from shared.core.som.grid import SomGrid, Topology
from shared.core.som.grid_size import grid_size
from shared.core.som.initial import Initial
from shared.core.som.neighbourhood import Kind
from shared.core.som.online_rule import train_online
from shared.core.som.reopening import needs_reopening, reopen, settle
from shared.core.som.train import train_som
from shared.core.som.trained import TrainedSom
from shared.core.som.units import best_two_units
from shared.estimators._contract import learning
from shared.estimators._map_pictures import MapPictures

Update = Literal["retract", "online"]


class OnlineSOM(MapPictures, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """Self-organising map whose rows can be added and taken back.

    Each row counts once: whoever changes is forgotten with the unit they were counted at, and
    learnt anew. What each unit has won is summed in fixed point, so forgetting restores the sums
    exactly. The radius stays at `sigma_end` after `fit`; `restate` settles the map, and loosens
    it first where drift has torn it. Learning "retract" keeps 12 bytes for each row, to refuse the
    forgetting of rows it does not hold.

    Parameters
    ----------
    rows, cols : sides of the map; None for both sizes the map by the rows given to `fit`.
    topology, toroidal : see `SomGrid`.
    update : how `partial_fit` learns. "retract" (default) by exact sums, which can forget; "online" by
        MiniSom's rule, row after row at a constant `learning_rate`, which cannot. Both `fit` in passes.
    neighbourhood, epochs, sigma_start, sigma_end, decay, initial : see `train_som`.
    random_state : seed or generator for the samples of early passes and for drawn starts.

    Attributes
    ----------
    weights_ : (n_units, d). grid_ : SomGrid. statistics_ : PrototypeSums of what each unit has won.
        Learning "online" leaves them at the last `fit` or `restate`.
    labels_ : (n,) unit under which each row of the last `fit`, `partial_fit` or `restate` was counted.
    quantization_error_, topographic_error_ : over the rows of the last `fit` or `restate`.
    fresh_topographic_error_ : that of the last `fit`, against which `restate` judges.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> som = OnlineSOM(rows=4, cols=4, random_state=0).fit(X)
    >>> added = som.partial_fit(X[:1] + 1).labels_
    >>> som.forget(X[:1] + 1, added).predict(X).shape
    (200,)
    >>> som.grid_.n_units
    16
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "rows": [Interval(Integral, 1, None, closed="left"), None],
        "cols": [Interval(Integral, 1, None, closed="left"), None],
        "topology": [StrOptions(set(get_args(Topology)))],
        "toroidal": ["boolean"],
        "update": [StrOptions(set(get_args(Update)))],
        "learning_rate": [Interval(Real, 0, 1, closed="right")],
        "neighbourhood": [StrOptions(set(get_args(Kind)))],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "sigma_start": [Interval(Real, 0, None, closed="neither"), None],
        "sigma_end": [Interval(Real, 0, None, closed="neither")],
        "decay": [StrOptions(set(get_args(DecayKind)))],
        "initial": [StrOptions(set(get_args(Initial))), "array-like"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        rows: int | None = 10,
        cols: int | None = 10,
        *,
        topology: Topology = "rectangular",
        toroidal: bool = False,
        update: Update = "retract",
        learning_rate: float = 0.05,
        neighbourhood: Kind = "gaussian",
        epochs: int = 30,
        sigma_start: float | None = None,
        sigma_end: float = 1.0,
        decay: DecayKind = "asymptotic",
        initial: Initial | Float64 = "pca",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.rows = rows
        self.cols = cols
        self.topology = topology
        self.toroidal = toroidal
        self.update = update
        self.learning_rate = learning_rate
        self.neighbourhood = neighbourhood
        self.epochs = epochs
        self.sigma_start = sigma_start
        self.sigma_end = sigma_end
        self.decay = decay
        self.initial = initial
        self.random_state = random_state

    grid_: SomGrid
    weights_: Float64
    labels_: Int64
    statistics_: PrototypeSums
    _ledger: RowLedger

    @learning
    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: ARG002
        """Train a new map on `X` (n, d) and count its rows."""
        table, weights = self._validated(X, sample_weight, reset=True)
        self.grid_ = self._grid(table)
        trained = train_som(
            table,
            self.grid_,
            epochs=self.epochs,
            sigma_start=self.sigma_start,
            sigma_end=self.sigma_end,
            decay=self.decay,
            kind=self.neighbourhood,
            initial=self.initial if isinstance(self.initial, str) else np.asarray(self.initial, np.float64),
            rng=np.random.default_rng(check_random_state(self.random_state).randint(2**31)),
            weights=weights,
        )
        self.fresh_topographic_error_ = trained.topographic_error
        return self._adopt(trained, table, weights)

    @learning
    def partial_fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:
        """Learn rows at the units nearest to them now; the first call is a `fit`."""
        if not hasattr(self, "weights_"):
            return self.fit(X, y, sample_weight)
        table, weights = self._validated(X, sample_weight)
        self.labels_ = best_two_units(table, self.weights_).first
        if self.update == "online":
            self.weights_ = self._stepped(table, weights)
        else:
            self.statistics_ = self.statistics_.merge(self._statistics(table, self.labels_, weights))
            self._ledger = self._ledger.add(self._keys(table, self.labels_, weights))
            self.weights_ = self._smoothed()
        return self

    @learning
    def forget(self, X: ArrayLike, labels: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Take rows back.

        Parameters
        ----------
        X, sample_weight : as they were learnt. labels : (n,) the units they were counted at, from `labels_`.

        Raises
        ------
        ValueError : the map learns "online"; a label is no unit; or a row is not counted at its unit with
            its weight, or is forgotten already. Equal rows are one and the same. Nothing is then forgotten.
        """
        check_is_fitted(self)
        if self.update == "online":
            msg = "what was learnt row after row cannot be taken back, got update='online'; use 'retract'"
            raise ValueError(msg)
        table, weights = self._validated(X, sample_weight)
        units = checked_labels(labels, len(table), self.grid_.n_units).astype(np.int64)
        keys = self._keys(table, units, weights)
        is_held = self._ledger.holds(keys)
        if not is_held.all():
            row = int(is_held.argmin())
            msg = (
                f"row {row} is not among those counted at unit {units[row]}, or is forgotten already; "
                "give rows once, each with the weight and the unit (see `labels_`) of its learning"
            )
            raise ValueError(msg)
        self._ledger = self._ledger.remove(keys)
        self.statistics_ = self.statistics_.subtract(self._statistics(table, units, weights))
        self.weights_ = self._smoothed()
        return self

    @learning
    def restate(self, X: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Count everybody anew: settle the map on `X`, loosened first if drift has torn it."""
        check_is_fitted(self)
        table, weights = self._validated(X, sample_weight)
        kind = self.neighbourhood
        settled = settle(table, self.weights_, self.grid_, kind=kind, sample_weights=weights)
        if needs_reopening(settled.topographic_error, self.fresh_topographic_error_):
            settled = reopen(table, self.weights_, self.grid_, kind=kind, sample_weights=weights)
        return self._adopt(settled, table, weights)

    def predict(self, X: ArrayLike) -> Int64:
        """Return the unit, row * cols + col, nearest to each row."""
        return self._units(X)

    def transform(self, X: ArrayLike) -> Float64:
        """Return the distances (n, n_units) to every unit."""
        check_is_fitted(self)
        return np.asarray(cdist(validate_data(self, X, dtype=np.float64, reset=False), self.weights_))

    @property
    def _n_features_out(self) -> int:
        return self.grid_.n_units

    def _grid(self, X: Float64) -> SomGrid:
        rows, cols = self.rows, self.cols
        if rows is None or cols is None:
            rows, cols = grid_size(len(X), X)
        return SomGrid(rows, cols, self.topology, self.toroidal)

    def _validated(
        self, X: ArrayLike, sample_weight: ArrayLike | None, *, reset: bool = False
    ) -> tuple[Float64, Float64]:
        table = validate_data(self, X, dtype=np.float64, reset=reset)
        return table, _check_sample_weight(sample_weight, table, dtype=np.float64, ensure_non_negative=True)

    def _statistics(self, X: Float64, labels: Int64, sample_weight: Float64) -> PrototypeSums:
        return PrototypeSums.of(to_fixed(X), labels, self.grid_.n_units, sample_weight)

    def _keys(self, X: Float64, labels: Int64, sample_weight: Float64) -> Keys:
        return row_keys([*X.T, sample_weight, labels.astype(np.float64)])

    def _smoothed(self) -> Float64:
        # Both are multiples of 2^-32, so the factor cancels in the quotient.
        sums, counts = self.statistics_.sums.astype(np.float64), self.statistics_.weights.astype(np.float64)
        return smooth(sums, counts, self.grid_, self.sigma_end, self.neighbourhood, self.weights_)

    def _stepped(self, X: Float64, sample_weight: Float64) -> Float64:
        rates = np.minimum(self.learning_rate * sample_weight, 1.0).tolist()
        sigmas = [self.sigma_end] * len(X)
        kind = self.neighbourhood
        return train_online(X, self.weights_, self.grid_, sigmas=sigmas, learning_rates=rates, kind=kind)

    def _adopt(self, trained: TrainedSom, X: Float64, sample_weight: Float64) -> Self:
        self.weights_ = trained.weights
        self.labels_ = best_two_units(X, trained.weights).first
        self.statistics_ = self._statistics(X, self.labels_, sample_weight)
        self._ledger = RowLedger().add(self._keys(X, self.labels_, sample_weight))
        self.quantization_error_ = trained.quantization_error
        self.topographic_error_ = trained.topographic_error
        return self
