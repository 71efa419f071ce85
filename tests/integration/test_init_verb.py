"""`resegment init` against both services."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from pymongo.database import Database

from shared.adapters.mongo.collections import LAYOUTS

RESEGMENT = str(Path(sys.executable).with_name("resegment"))


def test_init_shows_then_makes_then_finds_everything(
    mongo_uri: str,
    mongo_database: Database[dict[str, Any]],
    kafka_bootstrap: str,
    kafka_admin: KafkaAdminClient,
) -> None:
    topic = f"transactions-{uuid.uuid4().hex[:12]}"
    settings = {
        "RESEG_MONGO__URI": mongo_uri,
        "RESEG_MONGO__DATABASE": mongo_database.name,
        "RESEG_KAFKA__BOOTSTRAP_SERVERS": kafka_bootstrap,
        "RESEG_KAFKA__TOPIC": topic,
        "RESEG_KAFKA__DEAD_LETTER_TOPIC": f"{topic}.dlq",
    }

    def init(*flags: str) -> list[str]:
        command = [RESEGMENT, "init", "--json", *flags]
        done = subprocess.run(command, env=os.environ | settings, capture_output=True, timeout=60, check=True)
        changes: list[str] = json.loads(done.stdout)["changes"]
        return changes

    planned = init("--dry-run")
    assert mongo_database.list_collection_names() == []

    assert init() == planned
    assert init() == []
    assert set(mongo_database.list_collection_names()) == set(LAYOUTS)
    kafka_admin.delete_topics([topic, f"{topic}.dlq"])
