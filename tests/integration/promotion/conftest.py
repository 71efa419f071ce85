"""Three stored models, one of them in force, and the commands that move them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from shared.adapters.mongo.collections import ensure
from shared.adapters.mongo.models import insert_model, promote
from tests.support import small_model

Docs = Database[dict[str, Any]]
RESEGMENT = str(Path(sys.executable).with_name("resegment"))
DEADLINE_S = 60.0


@pytest.fixture
def database(mongo_database: Docs) -> Docs:
    """Hold three models: 2 is in force, 1 was before it, 3 was refused."""
    ensure(mongo_database)
    for _ in range(3):
        insert_model(mongo_database, small_model.champion())
    promote(mongo_database, 1, 0, "first")
    promote(mongo_database, 2, 1, "better")
    return mongo_database


@pytest.fixture
def run(mongo_uri: str, database: Docs) -> Callable[..., str]:
    """Give a function that runs a verb on the models, and returns what it printed or complained about."""
    settings = os.environ | {"RESEG_MONGO__URI": mongo_uri, "RESEG_MONGO__DATABASE": database.name}

    def run(*words: str, code: int = 0) -> str:
        command = [RESEGMENT, *words]
        ended = subprocess.run(
            command, env=settings, capture_output=True, timeout=DEADLINE_S, check=False, text=True
        )
        assert ended.returncode == code, ended.stderr
        return ended.stdout if code == 0 else ended.stderr

    return run
