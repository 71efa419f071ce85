"""What is said of services that answer, and of a database that does not: never its password."""

from pathlib import Path

import pytest

from tests.support.verbs import Resegment, document, own_process

SECRET = "canary-secret"  # noqa: S105


def test_doctor_finds_the_services_and_the_collections(resegment: Resegment) -> None:
    states = {check["name"]: check["state"] for check in document(resegment("doctor", "--json"))}

    assert states["kafka"] == states["mongodb"] == states["collections"] == "ok"


@pytest.mark.parametrize("arguments", ["segments --debug", "status --log-format json --log-level debug"])
def test_a_database_that_does_not_answer_exits_with_3_and_shows_no_secret(
    tmp_path: Path, arguments: str
) -> None:
    done = own_process(
        tmp_path, *arguments.split(), RESEG_MONGO__URI=f"mongodb://user:{SECRET}@127.0.0.1:1/?replicaSet=a"
    )

    assert done.code == 3
    assert "127.0.0.1:1" in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_refused_password_exits_with_3_and_is_not_shown(
    resegment: Resegment, mongo_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESEG_MONGO__URI", mongo_uri.replace("://", f"://user:{SECRET}@"))

    done = resegment("segments", "--debug")

    assert done.code == 3
    assert SECRET not in done.stdout + done.stderr


def test_doctor_reports_a_database_that_does_not_answer(tmp_path: Path) -> None:
    done = own_process(
        tmp_path, "doctor", RESEG_MONGO__URI=f"mongodb://user:{SECRET}@127.0.0.1:1/?replicaSet=a"
    )

    assert done.code == 1
    assert SECRET not in done.stdout + done.stderr
