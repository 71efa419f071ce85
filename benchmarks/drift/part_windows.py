"""Part (a): independent windows. Everybody at the same realised run length, then changes of known size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.drift.jobs import Found, Workers
from benchmarks.drift.mixtures import BASE, CASES, HELD_OUT, Family
from benchmarks.drift.rivals import DEFAULTS, MATCHED
from benchmarks.drift.run_lengths import DELTAS, Judged, Thresholds, adwin_rates, judge, match, our_alarms
from benchmarks.drift.windows import RUN_LENGTH, quiet_job, rows_job, stream_job
from benchmarks.measured_rows import Bound, Row
from shared.core.windows.calibration import alarms

if TYPE_CHECKING:
    from shared.core.arrays import Bool

QUIET, CHANGES, HELD = "Windows, quiet", "Windows, changes", "Windows, held-out kinds"
OURS: Final = "ours"
PAIR: Final = "ADWIN pair, matched"
ADWIN_DEFAULT: Final = "ADWIN pair, delta .002"

MAX_FALSE: Final = 1.0
"""False alarms per 100 windows, ten times the budget, up to which the pair's delay is a target."""


@dataclass(frozen=True)
class WindowsExtent:
    """draws : reference draws; quiet : quiet windows of each; row_windows : of those who need rows.

    held_out_draws : of each held-out kind. blocks, held_out_blocks : of `BLOCK` streams for each case.
    """

    draws: int
    quiet: int
    row_windows: int
    held_out_draws: int
    blocks: int
    held_out_blocks: int


FULL: Final = WindowsExtent(100, 20 * RUN_LENGTH, 200, 10, 10, 10)
QUICK: Final = WindowsExtent(4, 2 * RUN_LENGTH, 100, 0, 1, 0)


def windows_rows(extent: WindowsExtent, workers: Workers, seed: int) -> list[Row]:
    """Measure part (a)."""
    quiet = workers.carry_out([quiet_job(BASE, draw, extent.quiet, seed) for draw in range(extent.draws)])
    by_row = workers.carry_out(
        [rows_job(draw, extent.row_windows, DELTAS, seed) for draw in range(extent.draws)]
    )
    thresholds = match(quiet, by_row)
    rows = [
        *_quiet_rows("base", quiet, with_target=True),
        *_threshold_rows(thresholds, by_row, extent),
        *_change_rows(
            _watched(BASE, extent.blocks, (DELTAS[0], thresholds.delta), workers, seed), thresholds
        ),
    ]
    for family in HELD_OUT if extent.held_out_draws else ():
        rows += _held_out_rows(family, extent, thresholds, workers, seed)
    return rows


def _watched(
    family: Family, blocks: int, deltas: tuple[float, ...], workers: Workers, seed: int
) -> dict[str, Found]:
    """Return what everybody said of the streams of each case."""
    jobs = {
        case: [stream_job(family, case, block, deltas, seed) for block in range(blocks)] for case in CASES
    }
    found = iter(workers.carry_out([job for of_case in jobs.values() for job in of_case]))
    return {case: _joined([next(found) for _ in of_case]) for case, of_case in jobs.items()}


def _joined(parts: Sequence[Found]) -> Found:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _quiet_rows(data: str, quiet: Sequence[Found], *, with_target: bool) -> list[Row]:
    """Report false alarms under the limit that a user gets: each reference draw makes its own."""
    rates = np.array(
        [alarms(each["quiet"][None] / each["limit"]).mean() * RUN_LENGTH for each in quiet], dtype=np.float64
    )
    note = f"{len(rates)} reference draws, {quiet[0]['quiet'].size:,} quiet windows each"
    target = Bound("<=", 1.5) if with_target else None
    return [
        Row(QUIET, data, OURS, "own limit", "false alarms / budget, mean", float(rates.mean()), target, note),
        Row(QUIET, data, OURS, "own limit", "false alarms / budget, p90", float(np.quantile(rates, 0.9))),
        Row(QUIET, data, OURS, "own limit", "limit, mean", float(np.mean([q["limit"] for q in quiet]))),
    ]


def _threshold_rows(thresholds: Thresholds, by_row: Sequence[Found], extent: WindowsExtent) -> list[Row]:
    case = f"1 alarm in {RUN_LENGTH:,} windows"
    n = extent.draws * extent.row_windows
    default = adwin_rates(list(by_row))[0] * RUN_LENGTH
    rows = [Row(QUIET, "base", OURS, case, "limit, nats", thresholds.limit)]
    rows += [
        Row(
            QUIET,
            "base",
            f"{name}, matched",
            case,
            "threshold",
            thresholds.rivals[score],
            note=f"{n:,} windows",
        )
        for name, score in MATCHED.items()
    ]
    rows.append(Row(QUIET, "base", PAIR, case, "delta", thresholds.delta, note=f"{n:,} windows"))
    rows.append(
        Row(QUIET, "base", ADWIN_DEFAULT, "as it comes", "false alarms / budget, mean", float(default))
    )
    for name, (score, threshold) in DEFAULTS.items():
        over = np.mean([np.mean(each[score] > threshold) for each in by_row])
        measure = "false alarms / budget, mean"
        rows.append(Row(QUIET, "base", name, "as it comes", measure, float(over * RUN_LENGTH)))
    return rows


def _change_rows(watched: Mapping[str, Found], thresholds: Thresholds) -> list[Row]:
    rows, delays = [], {}
    for case, found in watched.items():
        judged = _everybody(found, thresholds)
        delays[case] = (judged[OURS].delay, judged[PAIR].delay)
        for name, result in judged.items():
            rows += _judged_rows(CHANGES, "base", name, case, result, judged[PAIR])
    no_later = sum(ours <= pair for ours, pair in delays.values())
    measure = "cases in which the mean delay is no longer than ADWIN's"
    rows.append(Row(CHANGES, "base", OURS, "all cases", measure, float(no_later), Bound(">=", 4)))
    return rows


def _everybody(found: Found, thresholds: Thresholds) -> dict[str, Judged]:
    results = {OURS: judge(*our_alarms(found["ours"], thresholds.limit))}
    results[PAIR] = judge(found["adwin"][:, 1])
    results[ADWIN_DEFAULT] = judge(found["adwin"][:, 0])
    for name, score in MATCHED.items():
        results[f"{name}, matched"] = judge(found[score] > thresholds.rivals[score])
    for name, (score, threshold) in DEFAULTS.items():
        results[name] = judge(found[score] > threshold)
    always: Bool = np.ones_like(found["psi"], dtype=np.bool_)
    return {**results, "always fires": judge(always), "never fires": judge(~always)}


def _judged_rows(
    section: str, data: str, name: str, case: str, result: Judged, pair: Judged | None = None
) -> list[Row]:
    """Report hit rate and delay; ours with targets: the pair's delay times 1.3, or one window more."""
    hit = Bound(">=", 0.95) if name == OURS else None
    bound = Bound("<=", max(1.3 * pair.delay, pair.delay + 1)) if name == OURS and pair else None
    note = f"{result.n} streams, {result.false:.2f} false alarms per 100 windows before the change"
    return [
        Row(section, data, name, case, "hit rate within 30 windows", result.hit, hit, note),
        Row(section, data, name, case, "mean delay, windows", result.delay, bound),
    ]


def _held_out_rows(
    family: Family, extent: WindowsExtent, thresholds: Thresholds, workers: Workers, seed: int
) -> list[Row]:
    """Report a kind of mixture that nothing was tuned on, under the limit that a user gets there."""
    quiet = workers.carry_out(
        [quiet_job(family, draw, extent.quiet, seed) for draw in range(extent.held_out_draws)]
    )
    limit = float(np.mean([each["limit"] for each in quiet]))
    rows = [
        Row(HELD, row.data, row.contender, row.case, row.measure, row.value, row.target, row.note)
        for row in _quiet_rows(family.name, quiet, with_target=True)
    ]
    watched = _watched(family, extent.held_out_blocks, (thresholds.delta,), workers, seed)
    for case, found in watched.items():
        pair = judge(found["adwin"][:, 0])
        ours = judge(*our_alarms(found["ours"], limit))
        # Who alarms all the time is no measure of how late an alarm may be.
        is_measure = pair.false <= MAX_FALSE
        rows += _judged_rows(HELD, family.name, OURS, case, ours, pair if is_measure else None)
        rows += _judged_rows(HELD, family.name, PAIR, case, pair)
    return rows
