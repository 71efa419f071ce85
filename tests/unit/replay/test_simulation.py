"""Scripted changes: lines before the day stay as they are, and each scenario does what it says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shared.core.customers.features import MS_PER_DAY
from shared.errors import InvalidConfig
from shared.intake.source import Source
from shared.meaning.built_in import ONLINE_RETAIL
from streaming.replay.opened import read_as
from streaming.replay.rehearsal.simulated_file import Rehearsal, SimulationReport, simulate
from streaming.replay.rehearsal.simulation import NOBODY, SCENARIOS, Lines, rehearse

AT = 100 * MS_PER_DAY
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture
def lines() -> Lines:
    rng = np.random.default_rng(1)
    n = 3_000
    times = np.sort(rng.integers(0, 200 * MS_PER_DAY, n))
    customers = np.where(rng.random(n) < 0.1, NOBODY, rng.integers(0, 300, n))
    # Some customers are dormant when the change comes.
    customers = np.where((times > 5 * MS_PER_DAY) & (customers < 40) & (customers >= 0), 41, customers)
    amounts = rng.gamma(2.0, 10.0, n) * np.where(rng.random(n) < 0.05, -1, 1)
    return Lines(times, customers, np.arange(n) // 2, amounts)


@pytest.mark.parametrize("name", SCENARIOS)
def test_lines_before_the_day_and_lines_without_a_customer_stay(name: str, lines: Lines) -> None:
    plan = rehearse(lines, name, AT, SCENARIOS[name].strength, 0)
    untouched = (lines.times_ms < AT) | (lines.customers == NOBODY)
    kept = untouched[plan.rows] & (plan.copies == 0)

    assert plan.rows[kept].tolist() == np.flatnonzero(untouched).tolist()
    assert plan.customers[kept].tolist() == lines.customers[untouched].tolist()
    assert (plan.price_factors[kept] == 1).all()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_seed_gives_the_same_plan_in_order_of_time(name: str, lines: Lines) -> None:
    one, other = (rehearse(lines, name, AT, SCENARIOS[name].strength, 3) for _ in range(2))

    assert one.rows.tolist() == other.rows.tolist()
    assert one.customers.tolist() == other.customers.tolist()
    assert (np.diff(lines.times_ms[one.rows]) >= 0).all()


def test_inflation_raises_every_later_price(lines: Lines) -> None:
    plan = rehearse(lines, "spend-inflation", AT, 0.25, 0)
    later = (lines.times_ms >= AT) & (lines.customers != NOBODY)

    assert set(plan.price_factors[later]) == {1.25}


def test_fewer_purchases_leave_whole_invoices_out(lines: Lines) -> None:
    plan = rehearse(lines, "fewer-purchases", AT, 0.4, 0)
    later = (lines.times_ms >= AT) & (lines.customers != NOBODY)
    missing = np.setdiff1d(np.flatnonzero(later), plan.rows)

    assert len(missing) == pytest.approx(0.4 * later.sum(), rel=0.15)
    assert not set(lines.invoices[missing]) & set(lines.invoices[plan.rows[later[plan.rows]]])


def test_a_new_cohort_buys_what_others_buy_under_names_of_its_own(lines: Lines) -> None:
    plan = rehearse(lines, "new-cohort", AT, 0.5, 0)
    copies = plan.copies > 0

    assert copies.sum() > 50
    assert (plan.customers[copies] >= lines.n_customers).all()
    assert lines.times_ms[plan.rows[copies]].max() < AT + 28 * MS_PER_DAY


def test_a_share_shift_wakes_dormant_customers_and_keeps_every_basket(lines: Lines) -> None:
    plan = rehearse(lines, "share-shift", AT, 0.5, 0)
    renamed = plan.customers != lines.customers

    assert plan.rows.tolist() == list(range(len(lines.times_ms)))
    recent = (lines.times_ms < AT) & (lines.times_ms >= AT - 90 * MS_PER_DAY) & (lines.amounts > 0)
    assert not set(plan.customers[renamed]) & set(lines.customers[recent])
    assert plan.customers.max() < lines.n_customers
    assert (lines.amounts[renamed] > 0).all()


def test_the_top_buyers_leave_for_good(lines: Lines) -> None:
    plan = rehearse(lines, "top-buyers-leave", AT, 0.02, 0)
    spend = np.bincount(
        lines.customers[(lines.times_ms < AT) & (lines.customers != NOBODY)],
        lines.amounts[(lines.times_ms < AT) & (lines.customers != NOBODY)],
    )

    assert int(spend.argmax()) not in set(plan.customers[lines.times_ms[plan.rows] >= AT])


def test_a_gradual_mix_grows(lines: Lines) -> None:
    plan = rehearse(lines, "gradual-mix", AT, 0.8, 0)
    renamed = plan.customers != lines.customers
    days = (lines.times_ms[renamed] - AT) / MS_PER_DAY

    assert (days < 20).sum() < ((days >= 60) & (days < 80)).sum()


def test_a_season_only_repeats_purchases_of_active_customers(lines: Lines) -> None:
    plan = rehearse(lines, "season-only", AT, 0.5, 0)

    assert set(plan.customers[plan.copies > 0]) <= set(range(lines.n_customers))
    assert (plan.price_factors == 1).all()


@pytest.fixture
def source(tmp_path: Path) -> Source:
    rows = [
        f"{500 + day},A{day % 3},thing,{-1 if day == 35 else 2},2011-01-01T10:00:00,2.55,{1000 + day % 7},UK"
        for day in range(40)
    ]
    dates = pd.date_range("2011-01-01T10:00:00", periods=40, freq="D")
    lines = [
        row.replace("2011-01-01T10:00:00", date.isoformat()) for row, date in zip(rows, dates, strict=True)
    ]
    file = tmp_path / "shop.csv"
    file.write_text("\n".join([HEADER, *lines, "999,X,junk,two,2011-02-09T10:00:00,cheap,,UK"]) + "\n")
    return Source(file)


def moment(date: str) -> int:
    return pd.Timestamp(date, tz="Europe/London").value // 1_000_000


def written(
    source: Source, name: str, target: Path, strength: float
) -> tuple[pd.DataFrame, SimulationReport]:
    wanted = Rehearsal(name, moment("2011-01-25"), strength, 0)
    report = simulate(read_as(source, ONLINE_RETAIL), wanted, target)
    return pd.read_csv(target, dtype=str, keep_default_na=False), report


def test_a_file_keeps_its_columns_and_unreadable_cells(source: Source, tmp_path: Path) -> None:
    table, report = written(source, "spend-inflation", tmp_path / "out.csv", 0.5)

    assert ",".join(table.columns) == HEADER
    assert table.UnitPrice.tolist()[:24] == ["2.55"] * 24
    assert table.UnitPrice.tolist()[24:-1] == ["3.825"] * 16
    assert table.UnitPrice.tolist()[-1] == "cheap"
    assert (report.lines, report.written, report.repriced) == (41, 41, 16)


def test_copies_have_invoices_and_names_of_their_own(source: Source, tmp_path: Path) -> None:
    table, report = written(source, "new-cohort", tmp_path / "out.csv.gz", 1.0)
    copies = table[table.InvoiceNo.str.endswith("-copy")]

    assert len(copies) == report.copied == report.newcomers == 15
    assert copies.CustomerID.str.startswith("newcomer-").all()


def test_the_file_is_read_again_as_it_was_written_in_parquet(source: Source, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    simulate(read_as(source, ONLINE_RETAIL), Rehearsal("gradual-mix", moment("2011-01-25"), 0.5, 0), target)

    report = simulate(
        read_as(Source(target), ONLINE_RETAIL),
        Rehearsal("fewer-purchases", moment("2011-01-25"), 1.0, 0),
        tmp_path / "b.csv",
    )

    assert report.lines == 41
    assert report.left_out == 16


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Rehearsal("spend-inflaton", AT, 0.5, 0), "did you mean 'spend-inflation'"),
        (Rehearsal("fewer-purchases", moment("2011-01-25"), 1.5, 0), "at most 1"),
        (Rehearsal("fewer-purchases", moment("2011-01-25"), 0.0, 0), "above 0"),
        (Rehearsal("fewer-purchases", moment("2012-01-25"), 0.5, 0), "goes from 2011-01-01 to 2011-02-09"),
    ],
)
def test_what_cannot_be_scripted_is_refused(
    source: Source, tmp_path: Path, wanted: Rehearsal, message: str
) -> None:
    with pytest.raises(InvalidConfig, match=message):
        simulate(read_as(source, ONLINE_RETAIL), wanted, tmp_path / "out.csv")


def test_a_target_that_cannot_be_written_is_named(source: Source, tmp_path: Path) -> None:
    wanted = Rehearsal("fewer-purchases", moment("2011-01-25"), 0.5, 0)
    with pytest.raises(InvalidConfig, match="cannot write"):
        simulate(read_as(source, ONLINE_RETAIL), wanted, tmp_path / "nowhere" / "out.csv")
