"""Both estimators: what they refuse, in scikit-learn's manner, and that a refusal changes nothing."""

import pickle

import numpy as np
import pytest

from shared.estimators import OnlineSOM, StreamingKMeans

X = np.random.default_rng(0).normal(size=(300, 3))
NEVER = X[:2] + 0.5

MODELS = {
    "map": lambda **settings: OnlineSOM(4, 4, random_state=0, **settings),
    "centers": lambda **settings: StreamingKMeans(4, random_state=0, **settings),
    "fading centers": lambda **settings: StreamingKMeans(4, update="half_life", random_state=0, **settings),
}


def when(model):
    return {"times": np.zeros(2)} if "half_life" in getattr(model, "update", "") else {}


def fitted(kind, begin):
    model = MODELS[kind]()
    getattr(model, begin)(X, **({"times": np.zeros(300)} if kind == "fading centers" else {}))
    return model, model.labels_.copy()


def refused(model, message, act):
    before = pickle.dumps(vars(model))
    with pytest.raises((ValueError, TypeError), match=message):
        act()
    assert pickle.dumps(vars(model)) == before


@pytest.mark.parametrize("begin", ["fit", "partial_fit"])
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    ("rows", "labels", "message"),
    [
        (X[:2], lambda told: (told + 1) % 4, "row 0 is not among those"),
        (NEVER, lambda told: told, "row 0 is not among those"),
        (np.vstack([X[:1], NEVER[:1]]), lambda told: told, "row 1 is not among those"),
        (X[[0, 0]], lambda told: told[[0, 0]], "row 1 is not among those"),
        (X[:2], lambda told: [-1, 0], "labels should be from 0 to .*; got -1 for row 0"),
        (X[:2], lambda told: [0, 99], "labels should be from 0 to .*; got 99 for row 1"),
        (X[:2], lambda told: told[:1], r"labels should be \(2,\)"),
        (X[:2], lambda told: told[:, np.newaxis], r"labels should be \(2,\)"),
        (X[:2], lambda told: told.astype(float), "labels should be integers"),
        (X[:2], lambda told: told > 0, "labels should be integers"),
        (X[:2], lambda told: ["a", "b"], "labels should be integers"),
        (X[:2], lambda told: None, "labels should be integers"),
        (X[:2, :2], lambda told: told, "features"),
        (X[:0], lambda told: told[:0], "minimum of 1"),
        ([["a", "b", "c"]] * 2, lambda told: told, "could not convert"),
    ],
)
def test_what_was_not_learnt_so_cannot_be_forgotten(kind, begin, rows, labels, message):
    model, told = fitted(kind, begin)

    refused(model, message, lambda: model.forget(rows, labels(told[:2]), **when(model)))


@pytest.mark.parametrize("begin", ["fit", "partial_fit"])
@pytest.mark.parametrize("kind", MODELS)
def test_rows_are_forgotten_once(kind, begin):
    model, told = fitted(kind, begin)
    model.forget(X[:2], told[:2], **when(model))

    refused(model, "is forgotten already", lambda: model.forget(X[:2], told[:2], **when(model)))


@pytest.mark.parametrize("kind", MODELS)
def test_a_row_learnt_twice_is_forgotten_twice(kind):
    model, told = fitted(kind, "fit")
    again = model.partial_fit(X[:2], **when(model)).labels_.copy()
    model.forget(X[:2], again, **when(model)).forget(X[:2], told[:2], **when(model))

    refused(model, "is forgotten already", lambda: model.forget(X[:2], told[:2], **when(model)))


@pytest.mark.parametrize("kind", MODELS)
def test_rows_are_forgotten_with_the_weight_they_were_learnt_with(kind):
    model, told = fitted(kind, "fit")

    refused(
        model,
        "is not among those",
        lambda: model.forget(X[:2], told[:2], sample_weight=[2.0, 2.0], **when(model)),
    )


def test_fading_rows_are_forgotten_with_the_time_they_were_learnt_at():
    model, told = fitted("fading centers", "fit")

    refused(model, "weight and time", lambda: model.forget(X[:2], told[:2], times=[1.0, 1.0]))


def test_restating_a_map_counts_everybody_once_again():
    som, _ = fitted("map", "fit")
    som.partial_fit(X[:2]).restate(X)
    told = som.labels_.copy()
    som.forget(X, told)

    assert not som.statistics_.counts.any()
    refused(som, "is forgotten already", lambda: som.forget(X[:1], told[:1]))


COUNTS = ("3", 0, -1, 2.0, True, np.True_, np.nan, [3], np.array(3.0))
POSITIVE = ("1", 0.0, -1.0, True, np.nan, [1.0], None)
WORDS = ("magic", 1, True, None, ["retract"])
SEEDS = ("0", -1, 1.5, True, 2**32, np.random.default_rng(0), [0])
WRONG = {
    StreamingKMeans: {
        "n_clusters": (*COUNTS, None),
        "update": WORDS,
        "init": ("random", 3, True, None),
        "n_init": (*COUNTS, None, "auto"),
        "max_passes": (*COUNTS, None),
        "half_life": POSITIVE,
        "decay_factor": ("1", -0.1, 1.1, True, np.nan, None),
        "time_unit": WORDS,
        "reassignment_ratio": ("0", -0.1, True, np.nan, None),
        "random_state": SEEDS,
    },
    OnlineSOM: {
        "rows": COUNTS,
        "cols": COUNTS,
        "topology": WORDS,
        "toroidal": ("yes", 2, 0.0, None),
        "update": WORDS,
        "learning_rate": (*POSITIVE, 1.1),
        "neighbourhood": WORDS,
        "epochs": (*COUNTS, None),
        "sigma_start": tuple(value for value in POSITIVE if value is not None),
        "sigma_end": POSITIVE,
        "decay": WORDS,
        "initial": ("kmeans", 3, True, None),
        "random_state": SEEDS,
    },
}


@pytest.mark.parametrize("learn", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("model", "name", "value"),
    [
        (model, name, value)
        for model, wrong in WRONG.items()
        for name, values in wrong.items()
        for value in values
    ],
)
def test_a_wrong_parameter_is_named_with_its_value(model, name, value, learn):
    estimator = model(**{name: value})

    refused(estimator, f"'{name}' parameter of {model.__name__} must", lambda: getattr(estimator, learn)(X))


def test_every_parameter_is_looked_at():
    for model, wrong in WRONG.items():
        assert set(wrong) == set(model().get_params())


@pytest.mark.parametrize("learn", ["fit", "partial_fit"])
@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        (X[:2], {"sample_weight": [1.0, -1.0]}, "Negative values"),
        (X[:2], {"sample_weight": [1.0, np.nan]}, "NaN"),
        (X[:2], {"sample_weight": [1.0]}, "sample_weight"),
        (X[:2] * np.nan, {}, "NaN"),
        (X[0], {}, "2D array"),
    ],
)
def test_a_batch_that_is_refused_leaves_the_model_as_it_was(kind, learn, rows, settings, message):
    model, _ = fitted(kind, "partial_fit")

    refused(model, message, lambda: getattr(model, learn)(rows, **settings))


def test_a_fit_that_fails_late_leaves_the_earlier_model():
    model, _ = fitted("centers", "fit")

    model.set_params(init=np.zeros((4, 3)))

    refused(model, r"init should have the shape \(4, 2\)", lambda: model.fit(X[:, :2]))
    assert model.predict(X).shape == (300,)


@pytest.mark.parametrize("update", ["minibatch", "mllib"])
@pytest.mark.parametrize("rows", [X[:3], X[[0, 1, 2, 2, 1, 0]]])
def test_reference_rules_refuse_to_begin_with_fewer_different_rows_than_centers(update, rows):
    model = StreamingKMeans(4, update=update)

    refused(model, "of which 3 differ, should be >= n_clusters=4", lambda: model.partial_fit(rows))
