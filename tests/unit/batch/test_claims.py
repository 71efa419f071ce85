"""A claim says its facts, and the check finds a claim that does not hold."""

from collections.abc import Mapping

import pandas as pd
import pytest

from batch.studies.claims import Claim, Facts, text_of
from batch.studies.framework import Chapter, DataTable, Paragraph, StudyResult
from tests.support.claims import assert_claim_holds, assert_claims_hold

TABLE = pd.DataFrame({"score": [1.0, 2.0, 6.0]})


def _mean(table: pd.DataFrame) -> Facts:
    return {"mean": float(table["score"].sum() / len(table)), "name": "{score}"}


def _claim(facts: Mapping[str, float | str], wording: str = "The mean of {name} is {mean:.1f}.") -> Claim:
    return Claim(wording, facts, _mean)


def test_a_claim_is_read_with_its_facts_whatever_signs_they_hold() -> None:
    assert text_of(_claim({"mean": 3.0, "name": "{score}"})) == "The mean of {score} is 3.0."


def test_a_claim_holds_when_the_table_gives_its_facts_again() -> None:
    assert_claim_holds(_claim({"mean": 3.0, "name": "{score}"}), TABLE)


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (_claim({"mean": 3.1, "name": "{score}"}), "states, and the table says"),
        (_claim({"mean": 3.0, "name": "score"}), "states, and the table says"),
        (_claim({"mean": 3.0}, "It is {mean}."), "It is 3.0"),
        (_claim({"mean": 3.0, "name": "{score}"}, "At most 5."), "no fact stands behind"),
    ],
)
def test_a_claim_that_does_not_hold_is_found(claim: Claim, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        assert_claim_holds(claim, TABLE)


def test_every_place_of_a_story_that_says_something_is_looked_at() -> None:
    wrong = _claim({"mean": 4.0, "name": "{score}"})
    right = _claim({"mean": 3.0, "name": "{score}"})
    stories = (
        StudyResult(wrong, ()),
        StudyResult("", (Chapter("", (Paragraph(wrong),)),)),
        StudyResult("", (Chapter("", (DataTable("t", "", TABLE, note=wrong),)),)),
        StudyResult("", (Chapter("", (DataTable("t", "", TABLE, claims=(right, wrong)),)),)),
        StudyResult("", (Chapter("", (Paragraph(right), Paragraph("About 200 customers."))),)),
        StudyResult("A study that says nothing.", ()),
    )
    for story in stories:
        with pytest.raises(AssertionError):
            assert_claims_hold(story, TABLE)
