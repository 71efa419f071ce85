"""How fast, and how far: both are plain values."""

import os
from pathlib import Path

import numpy as np
import pytest

from shared.errors import InvalidConfig
from streaming.replay import Pace, position
from streaming.replay.position import ReplayedFile


def test_a_rate_is_events_per_second_or_a_multiple_of_real_time() -> None:
    assert Pace.parse("500") == Pace(events_per_s=500)
    assert Pace.parse("0.5") == Pace(events_per_s=0.5)
    assert Pace.parse("3600x") == Pace(speedup=3600)


@pytest.mark.parametrize("text", ["0", "0x", "-5", "fast", "5 x", "x", "", "nan", "1e3"])
def test_another_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidConfig, match="--rate takes"):
        Pace.parse(text)


def test_events_per_second_count_on_through_batches() -> None:
    due = Pace(events_per_s=10).due_s(np.zeros(3, np.int64), n_before=5, origin_ms=0)
    assert due.tolist() == [0.5, 0.6, 0.7]


def test_a_multiple_of_real_time_follows_the_newest_event_so_far() -> None:
    times_ms = np.array([1_000, 3_601_000, 1_000, 7_201_000])
    due = Pace(speedup=3600).due_s(times_ms, n_before=0, origin_ms=1_000)
    assert due.tolist() == [0.0, 1.0, 1.0, 2.0]


def test_without_a_rate_everything_is_due_at_once() -> None:
    assert Pace().due_s(np.arange(3), n_before=9, origin_ms=0).tolist() == [0.0, 0.0, 0.0]


@pytest.fixture
def subject(tmp_path: Path) -> ReplayedFile:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    return ReplayedFile(path, "purchases", "own", "as it stands")


def test_a_position_is_found_again_and_nothing_kept_means_the_beginning(
    tmp_path: Path, subject: ReplayedFile
) -> None:
    assert position.load(tmp_path / "kept", subject) == 0
    position.save(tmp_path / "kept", subject, 42)
    assert position.load(tmp_path / "kept", subject) == 42


def test_another_topic_has_a_position_of_its_own(tmp_path: Path, subject: ReplayedFile) -> None:
    position.save(tmp_path, subject, 42)
    assert position.load(tmp_path, ReplayedFile(subject.path, "other", "own", "as it stands")) == 0


def test_a_changed_file_or_profile_cannot_be_resumed(tmp_path: Path, subject: ReplayedFile) -> None:
    position.save(tmp_path, subject, 42)
    with pytest.raises(InvalidConfig, match=r"profile of .* changed"):
        position.load(tmp_path, ReplayedFile(subject.path, "purchases", "cdnow", "as it stands"))
    subject.path.write_text("a,b\n1,2\n3,4\n")
    os.utime(subject.path, ns=(1, 1))
    with pytest.raises(InvalidConfig, match=r"bytes, modified_ns of .* changed.*without --resume"):
        position.load(tmp_path, subject)


def test_other_flags_cannot_resume_what_they_would_send_otherwise(
    tmp_path: Path, subject: ReplayedFile
) -> None:
    position.save(tmp_path, subject, 42)
    with pytest.raises(
        InvalidConfig, match=r"the flags that say how to read it of .* changed.*without --resume"
    ):
        position.load(tmp_path, ReplayedFile(subject.path, "purchases", "own", "sorted"))


def test_a_damaged_position_is_explained(tmp_path: Path, subject: ReplayedFile) -> None:
    position.location(tmp_path, subject).write_text("[]")
    with pytest.raises(InvalidConfig, match=r"damaged.*without --resume"):
        position.load(tmp_path, subject)
