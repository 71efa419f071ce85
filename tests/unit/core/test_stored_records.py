"""Records as documents and back, through BSON as they are stored, and what is said of damaged ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import bson
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from shared.core.arrays import Float64, Int64
from shared.core.drift.memory import ChannelMemory, DriftMemory
from shared.core.stored_records import from_document, to_document
from shared.core.windows.documents import from_document as hours_from_document
from shared.errors import SchemaMismatch


class Mood(StrEnum):
    CALM = "calm"
    LOUD = "loud"


@dataclass(frozen=True, eq=False)
class Inner:
    values: Float64
    places: Int64


@dataclass(frozen=True, eq=False)
class Outer:
    mood: Mood = Mood.CALM
    when_ms: int | None = None
    score: float = 0.0
    days: tuple[int, ...] = ()
    parts: Mapping[str, Inner] = field(default_factory=dict)
    last: Inner | None = None


numbers = arrays(np.float64, array_shapes(max_dims=3, min_side=0), elements=st.floats(allow_nan=False))
whole = arrays(np.int64, array_shapes(max_dims=2, min_side=0))
inner = st.builds(Inner, numbers, whole)
outer = st.builds(
    Outer,
    st.sampled_from(Mood),
    st.none() | st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False),
    st.lists(st.integers(0, 2**60)).map(tuple),
    st.dictionaries(st.sampled_from(["basket", "segment:7"]), inner),
    st.none() | inner,
)


@given(outer)
def test_a_record_survives_being_stored(record: Outer) -> None:
    read = from_document(Outer, bson.decode(bson.encode(to_document(record))), "here")

    assert (read.mood, read.when_ms, read.score, read.days) == (
        record.mood, record.when_ms, record.score, record.days,
    )  # fmt: skip
    assert isinstance(read.mood, Mood)
    assert read.parts.keys() == record.parts.keys()
    pairs = [(read.parts[name], record.parts[name]) for name in record.parts]
    assert (read.last is None) == (record.last is None)
    if read.last is not None and record.last is not None:
        pairs.append((read.last, record.last))
    for found, kept in pairs:
        np.testing.assert_array_equal(found.values, kept.values, strict=True)
        np.testing.assert_array_equal(found.places, kept.places, strict=True)


def test_arrays_are_their_shape_and_little_endian_bytes() -> None:
    big = Inner(np.array([[1.0, 2.0]], dtype=">f8"), np.array([3], dtype=">i8"))

    document = to_document(big)

    assert list(document["values"]["shape"]) == [1, 2]
    assert document["values"]["bytes"] == np.array([1.0, 2.0], dtype="<f8").tobytes()
    assert document["places"]["bytes"] == (3).to_bytes(8, "little")


ARRAY = {"shape": [2], "bytes": bytes(16)}
GOOD = to_document(Outer()) | {"parts": {"basket": {"values": ARRAY, "places": ARRAY}}}


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (GOOD | {"score": "high"}, "Expected `float`, got `str` - at `$.score`"),
        (GOOD | {"mood": "sad"}, "'sad' - at `$.mood`"),
        (GOOD | {"days": [1, None]}, r"`$.days[1]`"),
        (GOOD | {"parts": {"basket": {"places": ARRAY}}}, "missing required field `values`"),
        (GOOD | {"parts": {"basket": {"values": ARRAY | {"shape": [3]}, "places": ARRAY}}}, ".values`"),
        (GOOD | {"parts": {"basket": {"values": ARRAY | {"bytes": b"123"}, "places": ARRAY}}}, ".values`"),
        (GOOD | {"parts": {"basket": {"values": [1.0], "places": ARRAY}}}, "Expected `object`"),
        ({name: value for name, value in GOOD.items() if name != "when_ms"}, "see `$.when_ms`"),
        (GOOD | {"smile": 1}, "see `$.smile`"),
    ],
)
def test_what_does_not_fit_is_named(document: dict[str, object], named: str) -> None:
    assert from_document(Outer, GOOD, "the shelf").parts.keys() == {"basket"}

    with pytest.raises(SchemaMismatch, match="the shelf does not h") as refused:
        from_document(Outer, document, "the shelf")

    assert named in str(refused.value)


def test_a_damaged_memory_of_days_or_hours_says_which_it_is() -> None:
    memory = DriftMemory(channels={"basket": ChannelMemory()}).to_document()
    del memory["channels"]["basket"]["ewma"]

    with pytest.raises(SchemaMismatch, match=r"live_model\.drift .* `\$\.channels\.basket\.ewma`"):
        DriftMemory.from_document(memory)
    with pytest.raises(SchemaMismatch, match=r"live_model\.hours"):
        hours_from_document({})
