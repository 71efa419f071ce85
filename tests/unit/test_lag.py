"""The lag from stored offsets and the broker's ends."""

from shared.adapters.lag import waiting


def test_what_lies_between_stored_offset_and_end_waits() -> None:
    live = {"offsets": [{"partition": 0, "next": 7}, {"partition": 1, "next": 5}]}

    assert waiting({0: (0, 10), 1: (0, 5), 2: (3, 9)}, live) == {0: 3, 1: 0, 2: 6}


def test_what_retention_has_removed_does_not_wait() -> None:
    assert waiting({0: (8, 10)}, {"offsets": [{"partition": 0, "next": 2}]}) == {0: 2}


def test_a_topic_that_was_made_anew_has_no_negative_lag() -> None:
    assert waiting({0: (0, 1)}, {"offsets": [{"partition": 0, "next": 50}]}) == {0: 0}


def test_before_the_first_start_everything_that_is_kept_waits() -> None:
    assert waiting({0: (2, 10)}, None) == {0: 8}
