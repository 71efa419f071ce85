"""How long a full re-clustering takes."""

import time

import numpy as np

from batch.assemble import Provenance
from batch.customer_source import InMemory
from batch.hand_over import RunHistory, RunPurpose
from batch.load import CustomerTable
from batch.pipeline import contest
from benchmarks.measured_rows import Bound, Row
from shared.settings import ModelSettings, Settings
from shared.stopwatch import Stopwatch

MAX_S = 3.0
SECTION = "Time of a run"


def speed_rows(table: CustomerTable, rounds: int, seed: int) -> list[Row]:
    """Time runs beside a champion, once everything is loaded and compiled; reading and writing excluded."""
    provenance = Provenance("speed", table.as_of, "benchmark", None)
    settings = Settings(model=ModelSettings(seed=seed))
    champion, _, _ = contest(InMemory(table), RunHistory(), RunPurpose(), settings, provenance, Stopwatch())
    history = RunHistory(champion, None, champion.next_segment_id)
    seconds, cpu, steps = [], [], []
    for _ in range(rounds):
        watch, start, used = Stopwatch(), time.perf_counter(), time.process_time()
        contest(InMemory(table), history, RunPurpose(), settings, provenance, watch)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
        steps.append(watch.seconds)
    data, case = f"Online Retail, {table.n:,} customers", f"median of {rounds}"
    whole = float(np.median(seconds))
    median = {name: float(np.median([step[name] for step in steps])) for name in steps[0]}
    return [
        Row(SECTION, data, "all steps", case, "seconds", whole, Bound("<=", MAX_S)),
        Row(SECTION, data, "all steps", case, "processor seconds", float(np.median(cpu))),
        *(Row(SECTION, data, name, case, "seconds", value) for name, value in median.items() if value > 0.01),
    ]
