"""The contest with River in it; River belongs to the benchmark's requirements, not to the tests'."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.models import contest, contest_plan, vip
from benchmarks.models.entries import ENTRIES, OURS
from benchmarks.models.followers import Restating
from benchmarks.models.fresh_fits import refit
from benchmarks.models.scripted import SCRIPTS, label_of, scripted


@pytest.fixture(scope="module")
def quiet():
    return scripted(SCRIPTS["quiet"], 0, n_customers=300, n_days=6)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_contender_starts_learns_and_is_judged(quiet, entry):
    last = len(quiet.days) - 1
    result = contest.follow(entry, quiet, {last: refit(quiet.days[last], 4, 0)}, 0)

    assert len(result.scores) == 1
    assert result.n_centers >= 1
    assert np.isfinite(result.scores[0].inertia_ratio)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_no_contender_changes_what_the_next_one_gets(quiet, entry):
    before = pickle.dumps(quiet)
    contest.follow(entry, quiet, {}, 0)

    assert pickle.dumps(quiet) == before


def test_a_contender_on_fewer_customers_is_judged_on_all_of_them(quiet):
    entry = next(entry for entry in ENTRIES if entry.name == OURS)
    last = len(quiet.days) - 1
    fresh = {last: refit(quiet.days[last], 4, 0)}
    thin = contest.follow(entry, quiet, fresh, 0, share=10).scores[0]

    assert thin.inertia_ratio > contest.follow(entry, quiet, fresh, 0).scores[0].inertia_ratio >= 1 - 1e-9


def test_looks_are_spread_and_the_last_day_is_one_of_them():
    assert contest.spread(10, 5) == [1, 3, 5, 7, 9]
    assert contest.spread(3, 20) == [0, 1, 2]


def test_the_rare_segment_is_half_a_percent_six_deviations_away():
    table = vip.vip_history(0, n_customers=2_000, n_days=1).champion.table

    assert np.mean(table.truth == vip.VIP) == 0.005
    assert vip.separation() >= 6
    assert vip.SHARES[vip.VIP] / vip.SHARES.max() < 0.01


def test_a_champion_without_the_rare_segment_fails_its_measure():
    past = vip.vip_history(0, n_customers=4_000, n_days=10)
    kept = vip.worst_of(Restating(past.champion), past)
    lost = vip.worst_of(Restating(vip.without_vip(past.champion)), past)

    assert min(kept) >= 0.9
    assert lost[0] < 0.5
    assert min(label_of(past.champion.table, past.champion.centers, vip.VIP)) >= 0.9


def test_the_champion_counts_only_if_it_keeps_the_segment_at_every_look():
    rows = vip._rows(OURS, [(0.95, 0.95), (0.95, 0.89)])

    assert (rows[0].value, rows[0].met) == (1, "no")


@pytest.mark.parametrize("extent", [contest_plan.FULL, contest_plan.QUICK])
def test_the_plan_covers_every_stream_and_can_be_handed_to_other_processes(extent):
    jobs = contest_plan.jobs(extent, Path("cdnow.csv"), 0)
    names = [job.name for job in jobs]

    assert {f"script: {name}" for name in SCRIPTS} <= set(names)
    assert names.count("contest: cdnow") == 2
    assert len(pickle.loads(pickle.dumps(jobs))) == len(jobs)  # noqa: S301 - our own bytes


def test_the_full_plan_judges_what_the_targets_ask_for():
    assert contest_plan.FULL.seeds == contest_plan.FULL.vip_seeds == 20
    assert (90, 1) in contest_plan.FULL.retail
    assert set(range(2, 7)) | {8} == set(contest_plan.FULL.ks)
    assert contest_plan.FULL.map_iterations == 1_000_000


def test_a_job_of_the_plan_gives_rows():
    small = replace(contest_plan.QUICK, ks=(2,), cdnow=((500, 10),), cdnow_customers=200)
    job = next(job for job in contest_plan.jobs(small, None, 0) if job.name == "ageing: cdnow, day 500")

    assert [row.measure for row in job()][:2] == ["inertia / refit, mean", "inertia / refit, max"]
