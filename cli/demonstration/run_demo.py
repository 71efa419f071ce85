"""The demo from start to stop: services, topics, replay, stream and batch job, summary."""

import shutil
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from pymongo.database import Database

from cli.demonstration.children import Jobs, environment
from cli.demonstration.display import watch
from cli.demonstration.summary import print_summary, summarise, write_files
from cli.output import say
from cli.verification import verify_topic
from cli.verify import MISMATCH
from deploy.local import local_services
from shared.adapters import readers
from shared.adapters.kafka_topics import ensure_topics
from shared.adapters.mongo import connect
from shared.adapters.mongo.collections import ensure
from shared.documents import Document
from shared.errors import InvalidConfig
from shared.intake.source import Source
from shared.meaning.built_in import ONLINE_RETAIL
from shared.settings import Settings
from shared.settings.loading import LoadedSettings, load_settings
from streaming.replay import ReplayReport, ReplayRequest, Rules, read_as
from streaming.replay import run as replay

DATA = Path(__file__).parents[2] / "data" / "online_retail.csv.gz"
BATCH_EVENTS = 20_000
"""About thirteen days of the file: many ticks, and a year is still over in minutes."""


def run_demo(loaded: LoadedSettings, *, folder: Path, events: int | None, out: Path | None) -> int:
    """Run it; returns the exit code (4 if the recount disagrees)."""
    if not DATA.is_file():
        msg = f"the demo's data should be at {DATA}; it is not; run it from a clone of the project"
        raise InvalidConfig(msg)
    started = monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        settings = loaded.settings
        found = stack.enter_context(
            local_services.resolve(
                settings.services.choice,
                kafka_bootstrap=settings.kafka.bootstrap_servers,
                mongo_uri=settings.mongo.uri.get_secret_value(),
                folder=folder / "services",
                say=say,
            )
        )
        say(found.how)
        settings, variables = _demo_settings(found, folder)
        database = _fresh_database(settings)
        stack.callback(database.client.close)
        ensure_topics(settings.kafka.bootstrap_servers, settings.kafka)
        sent = _replay(settings, events)
        say(f"{sent.sent:,} events are in topic {settings.kafka.topic} ({sent.events_per_s:,.0f} a second)")
        jobs = stack.enter_context(Jobs(folder, variables))
        streamed_s = watch(database, settings, jobs, sent.sent)
        jobs.stop()
        say("recounting every customer from the topic")
        verified = verify_topic(database, settings)
        summary = summarise(
            database, settings, verified, streamed_s=streamed_s, elapsed_s=monotonic() - started
        )
        print_summary(summary, readers.drift_rows(database, summary["drift"]))
        if out is not None:
            write_files(database, settings, summary, out)
    return 0 if verified.ok else MISMATCH


def _demo_settings(found: local_services.Services, folder: Path) -> tuple[Settings, dict[str, str]]:
    """Return the demo's settings, and the environment that gives its child processes the same."""
    run = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    overrides = {
        "kafka.bootstrap_servers": found.kafka_bootstrap,
        "kafka.topic": f"transactions-demo-{run}",
        "kafka.dead_letter_topic": f"transactions-demo-{run}.dlq",
        "mongo.database": "resegment_demo",
        "input.zone": "Europe/London",
        "input.currency": "GBP",
        "tick.clock": "event",
        "report.folder": str((folder / "reports").absolute()),
        "stream.checkpoint": str((folder / "checkpoint").absolute()),
        "stream.max_offsets_per_trigger": str(BATCH_EVENTS),
        "stream.trigger_interval_s": "0",
        "stream.idle_interval_s": "1",
        "stream.pause_for_requests": "true",
    }
    variables = environment(overrides) | {"RESEG_MONGO__URI": found.mongo_uri}
    return load_settings(None, {}, variables).settings, variables


def _fresh_database(settings: Settings) -> Database[Document]:
    database = connect(settings.mongo.uri.get_secret_value(), settings.mongo.database)
    database.client.drop_database(database.name)
    ensure(database)
    return database


def _replay(settings: Settings, events: int | None) -> ReplayReport:
    from cli.replay import bar

    request = ReplayRequest(
        read_as(Source(DATA), ONLINE_RETAIL),
        settings.kafka.bootstrap_servers,
        settings.kafka.topic,
        limit=events,
        rules=Rules(settings.input, settings.state),
    )
    with bar(DATA.name) as progress:
        return replay(request, progress=progress)
