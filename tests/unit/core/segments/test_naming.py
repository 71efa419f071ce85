"""From profiles and a population to unique names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.core.segments.naming import PopulationCuts, SegmentProfile, name_segments
from shared.core.segments.naming_scores import PopulationAxis
from shared.core.segments.naming_tables import ACTIONS
from shared.errors import InvalidConfig

EVEN = PopulationCuts.of(*[np.arange(100.0)] * 3)  # recency 0..99 days, 0..99 purchases, 0..99 spent

numbers = st.floats(-1e6, 1e6, width=32)
populations = arrays(np.float64, st.integers(1, 40), elements=numbers)
profiles = st.builds(
    SegmentProfile,
    st.floats(0, 110, width=32),
    st.floats(0, 110, width=32),
    st.floats(0, 110, width=32),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(0, 100),
)


def profile(r, f, m, **features):
    """Profile at given percentiles of EVEN, 0 to 100, 100 best."""
    return SegmentProfile(99.0 - r, float(f), float(m), **features)


def names(*segments, **settings):
    return [s.name for s in name_segments(segments, EVEN, **settings)]


def test_fifths_of_an_even_population_score_one_to_five():
    axis = PopulationAxis.of(np.arange(100.0))

    assert [axis.score(v) for v in (0, 19, 20, 39, 40, 60, 79, 80, 99, 1e9)] == [1, 1, 2, 2, 3, 4, 4, 5, 5, 5]
    assert axis.score(-5) == 1


def test_who_bought_most_recently_scores_best():
    assert EVEN.scores(SegmentProfile(0.0, 0.0, 99.0)) == (5, 1, 5)


def test_bought_once_is_the_bottom_even_where_most_bought_once():
    axis = PopulationAxis.of([1.0] * 85 + [2.0] * 10 + [3.0] * 5)

    assert axis.score(1.0) == 1
    assert axis.score(1.05) == 1  # a segment mean: nearly everybody bought once
    assert axis.score(2.0) == 5


def test_an_axis_on_which_all_agree_says_nothing():
    axis = PopulationAxis.of([7.0] * 10)

    assert (axis.score(6.0), axis.score(7.0), axis.score(8.0)) == (1, 3, 5)


@given(populations, numbers, numbers)
def test_a_better_value_never_scores_lower(population, a, b):
    axis = PopulationAxis.of(population)

    assert axis.score(min(a, b)) <= axis.score(max(a, b))


@given(populations, st.randoms(use_true_random=False), numbers)
def test_the_order_of_the_customers_is_irrelevant(population, random, value):
    shuffled = population.tolist()
    random.shuffle(shuffled)

    assert PopulationAxis.of(shuffled).percentile(value) == PopulationAxis.of(population).percentile(value)


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_a_population_without_finite_numbers_is_refused(values):
    with pytest.raises(InvalidConfig, match="finite numbers"):
        PopulationAxis.of(values)


def test_inputs_are_not_changed_and_cuts_are_read_only():
    recency = np.array([3.0, 1.0, 2.0])
    cuts = PopulationCuts.of(recency, recency, recency)

    np.testing.assert_array_equal(recency, [3.0, 1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        cuts.recency.values[0] = 9


def test_rare_valuable_customers_are_vip():
    crowd = np.ones(995)
    population = PopulationCuts.of(
        np.arange(1000.0) % 300, np.append(crowd, [50] * 5), np.append(crowd * 30, [9e4] * 5)
    )

    assert name_segments([SegmentProfile(5, 50, 9e4)], population)[0].name == "VIP"


def test_a_unique_name_stays_bare_and_brings_its_action():
    only = name_segments([profile(90, 90, 90)], EVEN)[0]

    assert (only.name, only.qualifier, only.base) == ("VIP", None, "VIP")
    assert type(only.name) is str  # stored as it is
    assert only.action == ACTIONS["VIP"]


def test_no_segments_have_no_names():
    assert name_segments([], EVEN) == ()


def test_two_alike_are_told_apart_by_spend_if_that_is_clear_and_else_by_what_is():
    assert names(profile(70, 70, 62), profile(70, 70, 78)) == ["Loyal (lower spend)", "Loyal (higher spend)"]
    assert names(profile(62, 62, 62), profile(78, 78, 78)) == ["Loyal (lower spend)", "Loyal (higher spend)"]
    assert names(profile(70, 61, 70), profile(70, 78, 71)) == [
        "Loyal (buys less often)",
        "Loyal (buys more often)",
    ]
    assert names(profile(95, 70, 70), profile(62, 70, 70)) == [
        "Loyal (bought more recently)",
        "Loyal (bought longer ago)",
    ]


def test_three_alike_have_a_middle_and_four_have_places():
    three = names(profile(70, 70, 60), profile(70, 70, 78), profile(70, 70, 69))
    four = names(*[profile(70, 70, m) for m in (78, 60, 65, 72)])

    assert three == ["Loyal (lower spend)", "Loyal (higher spend)", "Loyal (middle spend)"]
    assert four == [f"Loyal (place {i} of 4 by spend)" for i in (1, 4, 3, 2)]


def test_the_qualified_name_knows_its_base():
    first = name_segments([profile(70, 70, 62), profile(70, 70, 78)], EVEN)[0]

    assert (first.base, first.qualifier) == ("Loyal", "lower spend")
    assert first.action == ACTIONS["Loyal"]


def test_segments_that_no_axis_separates_are_numbered_by_value():
    mixed = names(profile(70, 70, 70), profile(70, 70, 65), profile(70, 65, 70), profile(75, 65, 65))

    assert mixed == ["Loyal (group 1)", "Loyal (group 3)", "Loyal (group 2)", "Loyal (group 4)"]


def test_identical_segments_still_have_different_names():
    assert names(profile(70, 70, 70), profile(70, 70, 70)) == ["Loyal (group 1)", "Loyal (group 2)"]


def test_discount_share_and_rhythm_refine_the_name():
    assert names(profile(70, 70, 70, discount_share=0.6)) == ["Discount shopper"]
    assert names(profile(70, 70, 70, discount_share=0.4)) == ["Loyal"]
    assert names(profile(90, 90, 90, discount_share=0.9)) == ["VIP"]
    assert names(profile(10, 10, 10, discount_share=0.9)) == ["Churned"]
    assert names(profile(10, 10, 10, purchase_interval_days=70.0)) == ["Occasional"]
    assert names(profile(10, 10, 10, purchase_interval_days=20.0)) == ["Churned"]
    assert names(profile(10, 1, 10, purchase_interval_days=70.0)) == ["Churned"]
    assert names(profile(70, 70, 70, purchase_interval_days=70.0)) == ["Loyal"]


def test_a_name_is_kept_until_ten_points_beyond_its_band():
    assert names(profile(70, 70, 70), previous=["VIP"]) == ["Loyal"]
    assert names(profile(70, 75, 75), previous=["VIP"]) == ["VIP"]
    assert names(profile(70, 85, 85), previous=["Loyal"]) == ["Loyal"]
    assert names(profile(70, 95, 95), previous=["Loyal"]) == ["VIP"]
    assert names(profile(70, 75, 75), previous=[None]) == ["Loyal"]
    assert names(profile(70, 75, 75), previous=["Best friends"]) == ["Loyal"]


def test_as_many_previous_names_as_segments_are_needed():
    with pytest.raises(ValueError, match="shorter"):
        names(profile(70, 70, 70), profile(1, 1, 1), previous=["VIP"])


@given(st.lists(profiles, max_size=8))
def test_names_are_unique_and_each_has_an_action(segments):
    found = name_segments(segments, EVEN)

    assert len({s.name for s in found}) == len(segments)
    assert all(s.action == ACTIONS[s.base] for s in found)


@given(
    st.lists(profiles, max_size=7, unique_by=lambda p: (p.recency_days, p.frequency, p.monetary)), st.data()
)
def test_permuting_the_segments_permutes_the_names(segments, data):
    order = data.draw(st.permutations(range(len(segments))))
    before = name_segments(segments, EVEN)

    assert name_segments([segments[i] for i in order], EVEN) == tuple(before[i] for i in order)
