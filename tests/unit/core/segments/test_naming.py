"""From profiles and a population to unique names."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.core.segments.naming import (
    PopulationCuts,
    SegmentProfile,
    name_segments,
    segment_profiles,
    usual_pause_days,
)
from shared.core.segments.naming_scores import PopulationAxis, score_of
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
    st.none() | st.floats(0, 100),
)


def profile(r, f, m, **features):
    """Profile at given percentiles of EVEN, 0 to 100, 100 best."""
    return SegmentProfile(99.0 - r, float(f), float(m), **features)


def names(*segments, **settings):
    return [s.name for s in name_segments(segments, EVEN, **settings)]


def test_fifths_of_an_even_population_score_one_to_five():
    axis = PopulationAxis.of(np.arange(100.0))

    assert [score_of(axis.percentile(v)) for v in (0, 19, 20, 39, 40, 60, 79, 80, 99, 1e9)] == [
        1,
        1,
        2,
        2,
        3,
        4,
        4,
        5,
        5,
        5,
    ]
    assert score_of(axis.percentile(-5)) == 1


def test_who_bought_most_recently_scores_best():
    assert EVEN.scores(SegmentProfile(0.0, 0.0, 99.0)) == (5, 1, 5)


def test_bought_once_is_the_bottom_even_where_most_bought_once():
    once = PopulationCuts.of(np.arange(100.0), [1.0] * 85 + [2.0] * 10 + [3.0] * 5, np.arange(100.0))

    orders = (1.0, 1.05, 2.0)  # 1.05: the typical customer of a segment in which nearly all bought once
    assert [once.scores(SegmentProfile(10.0, f, 50.0))[1] for f in orders] == [1, 1, 5]


@pytest.mark.parametrize("noise", [0.0, 1e-15, 1e-9, 0.005])
def test_an_axis_on_which_all_agree_says_nothing(noise):
    axis = PopulationAxis.of([7.0, *[7.0 * (1 + noise)] * 9])

    assert not axis.tells
    assert {score_of(axis.percentile(7.0 * (1 + by))) for by in (-noise, 0, noise, 1e-12, -1e-12)} == {3}


def test_equal_customers_share_the_middle_of_their_ranks():
    axis = PopulationAxis.of([1.0] * 20 + [5.0] * 50 + [9.0] * 30)

    assert [axis.percentile(v) for v in (1.0, 5.0, 9.0)] == pytest.approx([0.1, 0.45, 0.85])


def test_a_crowd_that_hardly_differs_is_a_crowd_also_beside_a_few_who_do():
    spend = np.append(np.linspace(19.95, 20.05, 990), np.full(10, 900.0))
    axis = PopulationAxis.of(spend)

    assert axis.tells
    assert {score_of(axis.percentile(v)) for v in (19.95, 20.0, 20.05)} == {3}
    assert score_of(axis.percentile(900.0)) == 5


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_a_rank_by_smoothing_is_the_plain_average_over_customers(cents):
    others = np.array(cents) / 100
    axis = PopulationAxis.of(others)
    for value, found in zip(axis.values, axis.percentiles, strict=True):
        counted = np.clip((1.02 * value - others) / (0.04 * value), 0, 1)
        assert found == pytest.approx(counted.mean(), abs=1e-9)


@given(populations, numbers, numbers)
def test_a_better_value_never_scores_lower(population, a, b):
    axis = PopulationAxis.of(population)

    assert score_of(axis.percentile(min(a, b))) <= score_of(axis.percentile(max(a, b)))


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
    apart = profile(10, 10, 10)
    mixed = names(profile(70, 70, 70), profile(70, 70, 65), profile(70, 65, 70), profile(75, 65, 65), apart)

    assert mixed[:4] == ["Loyal (group 1)", "Loyal (group 3)", "Loyal (group 2)", "Loyal (group 4)"]


def test_identical_segments_still_have_different_names():
    apart = profile(10, 10, 10)
    assert names(profile(70, 70, 70), profile(70, 70, 70), apart)[:2] == [
        "Loyal (group 1)",
        "Loyal (group 2)",
    ]


def test_who_looks_quiet_but_is_within_the_own_rhythm_is_called_occasional():
    assert names(profile(10, 10, 10, purchase_interval_days=70.0)) == ["Occasional"]
    assert names(profile(10, 10, 10, purchase_interval_days=20.0)) == ["Churned"]
    assert names(profile(10, 10, 10)) == ["Churned"]
    assert names(profile(10, 1, 10, purchase_interval_days=70.0)) == ["Churned"]
    assert names(profile(70, 70, 70, purchase_interval_days=70.0)) == ["Loyal"]


def test_who_buys_often_is_not_called_occasional_for_a_pause_but_has_not_gone_either():
    assert names(profile(30, 70, 70, purchase_interval_days=70.0)) == ["At risk"]
    assert names(profile(10, 70, 10, purchase_interval_days=70.0)) == ["Occasional"]


@pytest.mark.parametrize(
    ("recency", "orders", "new", "occasional_before", "churned_before"),
    [
        (94, 3, "Occasional", "Occasional", "Occasional"),  # of 70 days one and a half are 105
        (97, 3, "Occasional", "Occasional", "Churned"),
        (112, 3, "Churned", "Occasional", "Churned"),
        (117, 3, "Churned", "Churned", "Churned"),
        (60, 2.3, "Occasional", "Occasional", "Occasional"),
        (60, 2.0, "Occasional", "Occasional", "Churned"),
        (60, 1.9, "Churned", "Occasional", "Churned"),
        (60, 1.7, "Churned", "Churned", "Churned"),
    ],
)
def test_a_rhythm_has_to_change_by_a_tenth_to_change_a_name(
    recency, orders, new, occasional_before, churned_before
):
    population = PopulationCuts.of(np.arange(300.0) / 10, np.arange(300.0) / 3, np.arange(300.0))
    segment = SegmentProfile(recency, orders, 20, 70.0)

    found = [
        name_segments([segment], population, previous=[before])[0].base
        for before in (None, "Occasional", "Churned")
    ]
    assert found == [new, occasional_before, churned_before]


def rows():
    """Recency, orders, spend, interval and segment of each customer."""
    orders, interval = st.sampled_from([1.0, 2.0, 5.0]), st.floats(0, 90)
    return st.lists(st.tuples(st.floats(0, 300), orders, st.floats(0, 1e4), interval, st.integers(0, 2)))


@given(rows())
def test_typical_is_the_mean_on_the_log_scale_and_an_interval_that_of_those_who_came_back(customers):
    table = np.array(customers, dtype=np.float64).reshape(-1, 5)
    labels = table[:, 4].astype(np.int32)

    found = segment_profiles(table[:, :3], labels, 3, interval_days=table[:, 3])

    for label, one in enumerate(found):
        members = [row for row in customers if row[4] == label]
        logs = [[math.log1p(value) for value in column] for column in zip(*members, strict=True)]
        expected = [math.expm1(sum(c) / len(c)) for c in logs[:3]] or [0.0] * 3
        assert (one.recency_days, one.frequency, one.monetary) == pytest.approx(expected)
        back = [math.log1p(row[3]) for row in members if row[1] >= 2]
        usual = math.expm1(sum(back) / len(back)) if back else None
        assert one.purchase_interval_days == (None if usual is None else pytest.approx(usual))


def test_a_name_is_kept_until_ten_points_beyond_its_band():
    assert names(profile(68, 68, 68), previous=["VIP"]) == ["Loyal"]
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


ONE_TIME_BUYERS = PopulationCuts.of(np.linspace(0.1, 150, 800), [1.0] * 800, np.geomspace(3, 300, 800))
FLASH_SALE = PopulationCuts.of([0.625] * 700 + [5.6] * 5, [1.0] * 705, [20.0] * 705)


@pytest.mark.parametrize("orders_each", [1 - 1e-9, 1 - 1e-15, 1.0, 1 + 1e-15, 1 + 1e-9, 1.2])
@pytest.mark.parametrize("previous", [None, "VIP", "Loyal"])
def test_one_time_buyers_are_never_called_loyal(orders_each, previous):
    segments = [SegmentProfile(r, orders_each, m) for r in (0.5, 14, 90) for m in (5, 47, 290)]
    found = name_segments(segments, ONE_TIME_BUYERS, previous=[previous] * len(segments))

    assert {one.base for one in found}.isdisjoint({"VIP", "Loyal"})


@pytest.mark.parametrize("orders_each", [2.0, 7.0])
def test_where_all_buy_equally_often_nobody_is_called_loyal(orders_each):
    population = PopulationCuts.of(np.linspace(1, 150, 800), [orders_each] * 800, np.geomspace(3, 300, 800))
    segments = [SegmentProfile(r, orders_each * 1.001, m) for r in (1, 14, 90) for m in (5, 47, 290)]
    found = name_segments(segments, population, previous=["Loyal"] * len(segments))

    assert {one.base for one in found}.isdisjoint({"VIP", "Loyal"})


def test_where_all_spend_the_same_nobody_is_called_vip():
    population = PopulationCuts.of(np.linspace(1, 150, 800), np.arange(800.0) + 1, [50.0] * 800)

    assert name_segments([SegmentProfile(1, 790, 50.0)], population, previous=["VIP"])[0].name == "Loyal"


@pytest.mark.parametrize("previous", [None, "Churned", "At risk"])
def test_customers_of_today_have_not_gone_however_many_they_are(previous):
    segments = [SegmentProfile(recency, 1, 20) for recency in (0.01, 0.625, 0.66, 1.0)]
    found = [name_segments([one], FLASH_SALE, previous=[previous])[0].base for one in segments]

    assert found == ["New"] * 4


def test_nobody_is_called_gone_within_the_usual_pause_of_the_shop():
    recency = np.linspace(0.1, 10, 500)
    young = PopulationCuts.of(recency, np.ones(500), np.full(500, 20.0))
    quick = PopulationCuts.of(recency, np.arange(500.0) % 7 + 1, np.full(500, 20.0), pause_days=2.0)

    assert name_segments([SegmentProfile(9.9, 1, 20)], young)[0].name == "Needs attention"
    assert name_segments([SegmentProfile(9.9, 1, 20)], quick)[0].name == "Churned"


def test_nobody_is_new_or_just_back_after_a_year():
    asleep = PopulationCuts.of(np.linspace(400, 700, 500), np.arange(500.0) % 7 + 1, np.full(500, 20.0))
    segments = [SegmentProfile(410, f, 20) for f in (1.0, 3.0, 7.0)]

    found = {one.base for one in name_segments(segments, asleep)}
    assert found <= {"Churned", "Needs attention", "At risk"}


@pytest.mark.parametrize(
    ("tenure", "frequency", "pause"),
    [
        ([100.0, 100.0], [5.0, 7.0], 20.0),
        ([100.0, 100.0], [1.0, 11.0], 20.0),  # who has not come back counts too
        ([100.0, 100.0], [1.0, 1.0], 30.0),
        ([900.0, 900.0], [2.0, 2.0], 30.0),
        ([1.0, 1.0], [5.0, 7.0], 1.0),
    ],
)
def test_the_usual_pause_counts_everybodys_days(tenure, frequency, pause):
    assert usual_pause_days(np.array(tenure), np.array(frequency)) == pause


def test_segments_that_do_not_differ_say_so():
    same = [SegmentProfile(20, 3, 50), SegmentProfile(21, 3.2, 52), SegmentProfile(20.5, 3, 51)]
    found = name_segments(same, EVEN, previous=["VIP", "Loyal", None])

    assert [one.name for one in found] == ["Alike (group 3)", "Alike (group 1)", "Alike (group 2)"]
    assert {one.base for one in found} == {"Alike"}
    assert {one.action for one in found} == {ACTIONS["Alike"]}
    assert {one.base for one in name_segments([*same, SegmentProfile(20, 9, 50)], EVEN)} != {"Alike"}


def test_hours_of_one_day_do_not_tell_segments_apart():
    assert {
        one.base
        for one in name_segments([SegmentProfile(0.1, 1, 20), SegmentProfile(0.9, 1, 20)], FLASH_SALE)
    } == {"Alike"}


def test_segments_that_were_alike_are_so_until_they_differ_clearly():
    segments = [SegmentProfile(20, 3, 50), SegmentProfile(20, 3, 65)]

    assert {one.base for one in name_segments(segments, EVEN)} != {"Alike"}
    assert {one.base for one in name_segments(segments, EVEN, previous=["Alike"] * 2)} == {"Alike"}
    further = [segments[0], SegmentProfile(20, 3, 70)]
    assert {one.base for one in name_segments(further, EVEN, previous=["Alike"] * 2)} != {"Alike"}


def shops():
    """Populations as shops have them: whole orders, cents, ties, axes on which nobody differs."""
    size = st.shared(st.integers(3, 40), key="customers")

    def axis(elements):
        return size.flatmap(lambda n: st.lists(elements, min_size=n, max_size=n))

    days, cents = st.integers(0, 300).map(lambda h: h / 2), st.integers(1, 5000).map(lambda c: c / 100)
    spend = axis(cents) | cents.flatmap(lambda one: axis(st.just(one)))
    return st.builds(PopulationCuts.of, axis(days), axis(st.integers(1, 4)), spend)


typical = st.builds(
    SegmentProfile,
    st.integers(0, 300).map(lambda h: h / 2),
    st.integers(10, 80).map(lambda f: f / 10),
    st.integers(1, 5000).map(lambda c: c / 100),
    st.none() | st.integers(0, 90).map(float),
)
before = st.sampled_from([None, "VIP", "Loyal", "Churned", "New", "Occasional", "Alike"])


@given(shops(), st.lists(st.tuples(typical, before), min_size=1, max_size=5), st.data())
def test_noise_never_changes_a_name(population, segments, data):
    def shaken(value):
        return value * (1 + data.draw(st.floats(-1e-12, 1e-12)))

    given_profiles, previous = [list(each) for each in zip(*segments, strict=True)]
    noisy = [
        SegmentProfile(
            shaken(p.recency_days),
            shaken(p.frequency),
            shaken(p.monetary),
            None if p.purchase_interval_days is None else shaken(p.purchase_interval_days),
        )
        for p in given_profiles
    ]
    assert name_segments(noisy, population, previous=previous) == name_segments(
        given_profiles, population, previous=previous
    )


@given(shops(), st.lists(typical, min_size=1, max_size=5), st.sampled_from([0.01, 0.37, 7.3, 1e4]))
def test_another_currency_changes_no_name(population, segments, factor):
    spend = np.repeat(population.monetary.values, 2)
    recency, frequency = np.arange(float(spend.size)), np.arange(float(spend.size)) % 4 + 1
    converted = [replace(p, monetary=p.monetary * factor) for p in segments]
    assert name_segments(segments, PopulationCuts.of(recency, frequency, spend)) == name_segments(
        converted, PopulationCuts.of(recency, frequency, spend * factor)
    )


RANKS = {"VIP": 3, "Loyal": 2, "Churned": 0}  # the others are about different people, not about better ones


@given(shops(), typical, typical)
def test_who_is_better_in_everything_never_has_a_worse_name(population, one, other):
    best = SegmentProfile(
        min(one.recency_days, other.recency_days),
        max(one.frequency, other.frequency),
        max(one.monetary, other.monetary),
        one.purchase_interval_days,
    )
    better, worse = (RANKS.get(name_segments([each], population)[0].base, 1) for each in (best, one))

    assert better >= worse


def test_an_order_more_than_most_is_no_best_fifth_where_many_have_as_many():
    rng = np.random.default_rng(5)
    orders = rng.permutation(np.repeat([1, 2, 3, 4], [700, 270, 20, 10]))
    population = PopulationCuts.of(rng.uniform(0, 60, 1000), orders, rng.lognormal(3, 1, 1000))

    assert population.scores(SegmentProfile(9, 2.0, 500))[1] == 4
    assert population.scores(SegmentProfile(9, 3.0, 500))[1] == 5
    assert [named.name for named in name_segments([SegmentProfile(20, 2.0, 500)], population)] == ["Loyal"]
