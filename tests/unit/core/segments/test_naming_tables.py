"""The names over all 125 score cells."""

from collections import Counter
from itertools import product

import pytest

from shared.core.segments.naming import name_for_scores
from shared.core.segments.naming_tables import ACTIONS, Name
from shared.errors import InvalidConfig

CELLS = list(product(range(1, 6), repeat=3))
NEED_MORE_THAN_SCORES = {Name.OCCASIONAL, Name.ALIKE}


def test_every_cell_has_a_name_and_every_name_a_cell():
    names = Counter(name_for_scores(*cell) for cell in CELLS)

    assert set(names) == set(Name) - NEED_MORE_THAN_SCORES
    assert sum(names.values()) == 125


def test_every_name_has_one_sentence_to_act_upon():
    assert set(ACTIONS) == set(Name)
    assert len(set(ACTIONS.values())) == len(Name)
    assert all(action.endswith(".") and action.count(".") == 1 for action in ACTIONS.values())


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ((5, 5, 5), "VIP"),
        ((3, 5, 5), "VIP"),
        ((5, 4, 5), "VIP"),
        ((4, 4, 5), "Loyal"),
        ((4, 4, 4), "Loyal"),
        ((3, 4, 4), "Loyal"),
        ((5, 1, 1), "New"),
        ((5, 1, 5), "Potential"),
        ((4, 2, 2), "Potential"),
        ((3, 3, 3), "Needs attention"),
        ((2, 2, 2), "Needs attention"),
        ((2, 5, 5), "At risk"),
        ((1, 5, 5), "At risk"),
        ((2, 3, 4), "At risk"),
        ((1, 3, 3), "Churned"),
        ((1, 1, 1), "Churned"),
    ],
)
def test_a_marketer_would_expect_this_name(cell, name):
    assert name_for_scores(*cell) == name


def test_only_those_who_stay_away_are_at_risk_or_churned():
    for r, f, m in CELLS:
        assert (name_for_scores(r, f, m) in {"At risk", "Churned"}) <= (r <= 2)
        assert (name_for_scores(r, f, m) in {"VIP", "Loyal"}) <= (r >= 3 and f + m >= 5)


def test_buying_more_never_takes_the_vip_name_away():
    for r, f, m in CELLS:
        if name_for_scores(r, f, m) == "VIP":
            assert name_for_scores(min(5, r + 1), f, m) == "VIP"
            assert name_for_scores(r, min(5, f + 1), m) == "VIP"
            assert name_for_scores(r, f, min(5, m + 1)) == "VIP"


@pytest.mark.parametrize("cell", [(0, 3, 3), (3, 6, 3), (3, 3, -1)])
def test_a_score_outside_1_to_5_is_refused(cell):
    with pytest.raises(InvalidConfig, match="scores should be 1 to 5"):
        name_for_scores(*cell)
