"""A checkpoint is used by one run at a time and is never ahead of the database."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import LeaseHeld, StartRefused
from shared.settings import StreamSettings
from streaming.driver.checkpoint import committed_offsets, exclusive, folder_of, refuse_if_ahead


def _commit(folder: Path, batch: int, offsets: dict[str, int], *, is_committed: bool = True) -> None:
    for name in ("offsets", "commits"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    lines = ["v1", "{}", json.dumps({"sales": offsets})]
    (folder / "offsets" / str(batch)).write_text("\n".join(lines))
    if is_committed:
        (folder / "commits" / str(batch)).write_text('v1\n{"nextBatchWatermarkMs":0}')


def test_a_new_checkpoint_has_committed_nothing(tmp_path):
    assert committed_offsets(tmp_path, "sales") == {}
    refuse_if_ahead(tmp_path, "sales", {})


def test_the_last_committed_batch_counts_and_a_planned_one_does_not(tmp_path):
    _commit(tmp_path, 9, {"0": 90})
    _commit(tmp_path, 10, {"0": 100, "1": 7})
    _commit(tmp_path, 11, {"0": 110}, is_committed=False)

    assert committed_offsets(tmp_path, "sales") == {0: 100, 1: 7}


def test_a_checkpoint_level_with_the_database_is_fine(tmp_path):
    _commit(tmp_path, 0, {"0": 100})

    refuse_if_ahead(tmp_path, "sales", {0: 100})


def test_a_checkpoint_ahead_of_the_database_is_refused_with_both_offsets(tmp_path):
    _commit(tmp_path, 0, {"0": 100})

    with pytest.raises(StartRefused, match=r"offset 100 .* knows 40.*remove"):
        refuse_if_ahead(tmp_path, "sales", {0: 40})


def test_a_second_process_cannot_use_the_same_checkpoint(tmp_path):
    code = "import sys; from pathlib import Path; from streaming.driver.checkpoint import exclusive\n"
    code += "with exclusive(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"

        with pytest.raises(LeaseHeld, match=f"process {other.pid}"), exclusive(tmp_path):
            pass
    with exclusive(tmp_path):
        pass


def test_a_new_generation_of_the_topic_has_a_checkpoint_of_its_own(tmp_path):
    settings = StreamSettings(id="shop", checkpoint=tmp_path)

    assert folder_of(settings, 0) != folder_of(settings, 1)
