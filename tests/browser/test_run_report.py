"""The report of a whole run in a browser: every figure is drawn, and nothing leaves its place."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from batch.assemble import Provenance
from batch.customer_source import InMemory
from batch.hand_over import History, RunPurpose
from batch.load import CustomerTable
from batch.pipeline import contest
from batch.reporting.files import write_report
from batch.reporting.moves import Move, Moves
from batch.reporting.run import Run, RunRequest
from shared.core.customers.features import MS_PER_DAY, RfmColumns
from shared.settings import ModelSettings, Settings
from shared.stopwatch import Stopwatch
from tests.support.browser import open_page

AS_OF = datetime(2011, 6, 1, tzinfo=UTC)
AS_OF_MS = int(AS_OF.timestamp() * 1_000)
SETTINGS = Settings(model=ModelSettings(k_min=2, k_max=4, n_starts=1))
EMPTY = "[...document.querySelectorAll('.plot')].filter(p => !p.querySelector('.main-svg,canvas')).length"
BEYOND = """[...document.querySelectorAll('main *')].filter(e => !e.closest('.wide,svg,pre') &&
    e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className).slice(0, 5)"""


def table(seed: int) -> CustomerTable:
    rng = np.random.default_rng(seed)
    last = AS_OF_MS - (rng.gamma(1.0, 60.0, 300) * MS_PER_DAY).astype(np.int64)
    spend = (rng.lognormal(6, 1.2, 300) * 10_000).astype(np.int64)
    rfm = RfmColumns(rng.geometric(0.3, 300), spend, last - 30 * MS_PER_DAY, last)
    return CustomerTable(rfm, AS_OF, datetime(2010, 12, 1, tzinfo=UTC), AS_OF)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    steps, provenance = Stopwatch(), Provenance("run", AS_OF, "0", None)
    champion, *_ = contest(InMemory(table(1)), History(), RunPurpose(), SETTINGS, provenance, steps)
    history = History(champion, None, champion.next_segment_id)
    model, evidence, decision = contest(
        InMemory(table(2)), history, RunPurpose("operator"), SETTINGS, provenance, steps
    )
    moves = Moves(0, AS_OF, (Move(1, 2, 5), Move(None, 1, 9)))
    asked = RunRequest("run", "operator:1", "operator", "a look at it", AS_OF)
    run = Run(asked, model, decision, evidence, moves, "GBP", steps.seconds)
    return write_report(tmp_path_factory.mktemp("report"), run).html


@pytest.mark.parametrize("width", [1280, 360])
def test_every_figure_is_drawn_within_the_page(report: Path, width: int) -> None:
    log = open_page(report, width=width, prefers="dark", evaluate=f"[{EMPTY}, {BEYOND}]", timeout_s=120)

    assert log.console_errors == ()
    assert log.requests == ()
    assert log.value == [0, []]
