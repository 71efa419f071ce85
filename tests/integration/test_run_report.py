"""The report of a run on a real database: where it is said to be, and what happens without it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from batch.reporting.moves import Move, load_moves
from batch.serve import Served, serve_once
from cli.main import main
from shared.adapters.mongo.collections import CUSTOMERS, LIVE_MODEL, RUNS, TRANSITIONS, ensure
from shared.adapters.mongo.models import read_pointer
from shared.settings import ModelSettings, ReportSettings, Settings
from tests.support.still_shop import AS_OF, customers, live_model

Docs = Database[dict[str, Any]]


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    ensure(mongo_database)
    mongo_database[CUSTOMERS].insert_many(customers())
    mongo_database[LIVE_MODEL].insert_one(live_model())
    return mongo_database


def serve(database: Docs, folder: Path) -> Served:
    model = ModelSettings(k_min=3, k_max=3, n_starts=1)
    return serve_once(database, Settings(model=model, report=ReportSettings(folder=folder)), "a look at it")


def record(database: Docs, served: Served) -> dict[str, Any]:
    run = database[RUNS].find_one({"_id": served.run_id})
    assert run is not None
    return run


def moved(
    customer: str, old: int | None, new: int | None, cause: str, day: int, epoch: int
) -> dict[str, Any]:
    return {
        "_id": f"{customer}:{day}:{cause}",
        "customer_id": customer,
        "from_id": old,
        "from_name": None,
        "to_id": new,
        "to_name": None,
        "cause": cause,
        "partition": None,
        "offset": None,
        "as_of": AS_OF + timedelta(days=day),
        "model_version": 1,
        "model_epoch": epoch,
        "monetary_minor": 10_000,
    }


def test_a_run_has_a_page_and_its_numbers_and_says_where(database: Docs, tmp_path: Path) -> None:
    served = serve(database, tmp_path / "reports")

    report = record(database, served)["report"]
    assert served.report == report["html"] == str(tmp_path / "reports" / f"{served.run_id}.html")
    assert report["error"] is None
    assert Path(report["html"]).read_text("utf-8").startswith("<!doctype html>")
    twin = json.loads(Path(report["json"]).read_text("utf-8"), parse_constant=pytest.fail)
    assert twin["origin"]["request"]["run_id"] == served.run_id
    assert twin["verdict"]["promoted"] is True
    assert sorted(path.suffix for path in (tmp_path / "reports").iterdir()) == [".html", ".json"]


def test_a_report_that_cannot_be_written_costs_the_run_nothing(database: Docs, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("not a folder")

    served = serve(database, tmp_path / "taken")

    run = record(database, served)
    pointer = read_pointer(database)
    assert (served.status, served.decision, served.report) == ("done", "promoted", None)
    assert pointer is not None
    assert pointer.version == served.model_version
    assert run["report"]["html"] is None
    assert "taken" in run["report"]["error"]


def test_the_feed_tells_where_customers_went_by_themselves(database: Docs, tmp_path: Path) -> None:
    served = serve(database, tmp_path)
    assert served.model_version is not None
    database[TRANSITIONS].insert_many(
        [
            moved("a", 1, 2, "ageing", 1, 1),
            moved("a", 2, 3, "purchase", 2, 1),
            moved("b", 1, 3, "ageing", 1, 1),
            moved("c", None, 1, "purchase", 3, 1),
            moved("d", 2, 1, "purchase", 1, 1),
            moved("d", 1, 2, "return", 2, 1),
            moved("e", 3, 1, "model", 1, 1),
            moved("f", 3, 2, "ageing", 1, 0),
        ]
    )

    found = load_moves(database, served.model_version)

    assert found.moves == (Move(1, 3, 2), Move(None, 1, 1))
    assert found.since == AS_OF + timedelta(days=1)


def test_the_command_lists_shows_and_refuses(
    database: Docs,
    tmp_path: Path,
    mongo_uri: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RESEG_MONGO__URI", mongo_uri)
    monkeypatch.setenv("RESEG_MONGO__DATABASE", database.name)
    monkeypatch.setattr("shared.log.configure", lambda settings: None)
    quick = [f"report.folder={tmp_path}", "model.k_min=3", "model.k_max=3", "model.n_starts=1"]

    assert main(["recluster", "--once", *(word for one in quick for word in ("--set", one))]) == 0
    page = capsys.readouterr().out.rpartition("report: ")[2].strip()
    assert Path(page).parent == tmp_path
    assert main(["report", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["html"] == page
    assert main(["report", "ls"]) == 0
    assert Path(page).name in capsys.readouterr().out
    assert main(["report", "show", "nobody"]) == 1
    assert "there is no run nobody\n" in capsys.readouterr().err

    Path(page).unlink()
    assert main(["report", "open"]) == 1
    assert "should have a report on this machine" in capsys.readouterr().err
