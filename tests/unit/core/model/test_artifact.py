from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from shared.core.model.artifact import ModelArtifact, Segment, SomArtifact, checksum_of
from shared.core.model.transform import FeatureTransform
from shared.errors import SchemaMismatch

NOON = datetime(2011, 12, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def model(k: int = 3, **changes: Any) -> ModelArtifact:
    rng = np.random.default_rng(7)
    base = ModelArtifact(
        version=0,
        parent=None,
        provisional=False,
        created_at=NOON,
        run_id="run",
        transform=FeatureTransform(("recency_days", "monetary"), rng.random(2), rng.random(2), 365),
        centers=rng.normal(size=(k, 2)),
        radii=rng.random(k),
        counts=np.arange(1, k + 1),
        distance_p995=rng.random(k),
        quantization_error=0.5,
        distance_p95=0.9,
        bin_edges=np.arange(6).reshape(2, 3),
        bin_counts=np.ones((2, 4)),
        som=SomArtifact(2, 3, "rectangular", False, 1.0, rng.normal(size=(6, 2)), 0.4, 0.1, 1.0),
        segments=tuple(Segment(label, 10 + label, f"name {label}", "act") for label in range(k)),
        next_segment_id=10 + k,
        data_from=NOON - timedelta(days=90),
        data_to=NOON,
        as_of=NOON,
        seed=1,
        code_version="0",
        metrics={"silhouette": 0.3, "refits": 20},
    )
    return replace(base, **changes)


def test_a_document_read_back_is_the_same_model() -> None:
    stored = model(version=4, parent=3)

    read = ModelArtifact.from_document(stored.to_document())

    assert read.to_document() == stored.to_document()
    assert np.array_equal(read.centers, stored.centers)
    assert np.array_equal(read.som.weights, stored.som.weights)
    assert (read.transform.features, read.segments) == (stored.transform.features, stored.segments)


def test_a_document_holds_plain_values_only() -> None:
    plain = (str, int, float, bytes, datetime, type(None))

    def leaves(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [value]

    found = leaves(model().to_document())

    assert {type(leaf) for leaf in found} <= {*plain, bool}


def test_where_a_model_comes_from_does_not_change_its_checksum() -> None:
    here = model()
    elsewhere = model(version=9, parent=8, run_id="other", created_at=NOON + timedelta(1), code_version="2")

    assert here.checksum == elsewhere.checksum


def test_a_store_may_change_the_order_of_keys_and_the_zone_of_times() -> None:
    document = model(as_of=NOON + timedelta(microseconds=7)).to_document()
    kept = dict(reversed(document.items())) | {
        "as_of": NOON.astimezone(timezone(timedelta(hours=2))),
    }

    assert ModelArtifact.from_document(kept).checksum == document["checksum"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("quantization_error", 0.25),
        ("bin_counts", b""),
        ("centers", np.zeros((3, 2)).tobytes()),
        ("next_segment_id", 99),
        ("seed", 2),
        ("provisional", True),
        ("metrics", {"silhouette": 0.9}),
        ("as_of", NOON + timedelta(days=1)),
        ("surplus", 1),
    ],
)
def test_a_document_changed_afterwards_is_refused(key: str, value: object) -> None:
    document = model().to_document() | {key: value}

    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        ModelArtifact.from_document(document)


def test_a_changed_segment_name_is_refused() -> None:
    document = model().to_document()
    document["segments"][0]["name"] = "VIP"

    with pytest.raises(SchemaMismatch, match="changed afterwards"):
        ModelArtifact.from_document(document)


@pytest.mark.parametrize("schema", [0, 1, 3, "2", None])
def test_another_schema_version_is_refused_before_anything_is_read(schema: object) -> None:
    document = {"_id": 3, "schema_version": schema}

    with pytest.raises(SchemaMismatch, match="model 3 should have schema_version 2"):
        ModelArtifact.from_document(document)


def test_a_document_without_a_key_is_refused_even_with_a_fitting_checksum() -> None:
    document = model().to_document()
    del document["radii"]
    document["checksum"] = checksum_of(document)

    with pytest.raises(SchemaMismatch, match="radii"):
        ModelArtifact.from_document(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"radii": np.zeros(2)},
        {"centers": np.zeros((3, 4))},
        {"segments": (Segment(0, 1, "a", "b"),)},
        {"som": SomArtifact(2, 2, "rectangular", False, 1.0, np.zeros((6, 2)), 0.0, 0.0, 1.0)},
    ],
)
def test_parts_that_disagree_make_no_model(changes: dict[str, Any]) -> None:
    with pytest.raises(SchemaMismatch, match="k=3"):
        model(**changes)


def test_arrays_are_the_models_own_and_cannot_be_written() -> None:
    centers = np.zeros((3, 2))
    made = model(centers=centers)
    centers[0] = 5.0

    assert made.centers[0, 0] == 0.0
    for array in (made.centers, made.radii, made.counts, made.shares, made.segment_ids, made.som.weights):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_labels_lead_to_segments_and_counts_to_shares() -> None:
    made = model()

    assert made.segments[2].segment_id == 12
    assert made.segment_ids.tolist() == [10, 11, 12]
    assert made.shares.tolist() == [1 / 6, 2 / 6, 3 / 6]
    assert (made.k, made.n_customers, made.features) == (3, 6, ("recency_days", "monetary"))
