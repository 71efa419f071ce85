"""Every sentence of the study of invoice lines holds, whoever's lines they are."""

from pathlib import Path

import pandas as pd
import pytest

from batch.studies.claims import text_of
from batch.studies.framework import Chapter, Fact, StudyResult
from batch.studies.framework.drawing import drawn
from batch.studies.framework.story import Figure
from batch.studies.online_retail import chapters_cleaned, chapters_lines, chapters_money, chapters_segments
from batch.studies.online_retail.cleaning import clean
from batch.studies.online_retail.customer_rfm import to_customers
from batch.studies.online_retail.reading_lines import Invoices, read_invoices
from batch.studies.online_retail.spark_kmeans import Fit, KCurve
from batch.studies.online_retail.study import K
from batch.studies.reading import DataFile
from shared.core.arrays import Float64
from shared.core.choice.silhouette import silhouette
from shared.core.kmeans.lloyd import fit_kmeans
from shared.errors import InvalidConfig
from tests.support.claims import assert_claims_hold
from tests.support.invoice_tables import SHOPS, make


def shop_of(kind: str, folder: Path) -> Invoices:
    make(kind, folder / "lines.csv")
    zone = "Europe/Lisbon" if kind == "one country, euros" else None
    constants = {"currency": "CLP"} if kind == "constant prices" else {}
    return read_invoices(DataFile(folder / "lines.csv", zone=zone, constants=constants))


def curve_of(X: Float64) -> KCurve:
    """Fit every k as the study does, without Spark."""
    fits = []
    for k in (2, 3, K):
        found = fit_kmeans(X, k, rng=0)
        sizes = sorted(pd.Series(found.labels).value_counts().tolist(), reverse=True)
        score = silhouette(X, found.labels)
        fits.append(Fit(k, found.inertia, 1.0, score, score, tuple(sizes), found.labels, found.centers))
    return KCurve(tuple(fits), 3, 2)


def told(shop: Invoices) -> StudyResult:
    """All chapters but the store's."""
    cleaned = clean(shop.lines)
    customers = to_customers(cleaned.lines)
    raw, log = curve_of(customers.raw), curve_of(customers.log)
    chapters: tuple[Chapter, ...] = (
        chapters_lines.structure(shop),
        chapters_lines.dirt(shop),
        chapters_lines.customers(shop),
        chapters_lines.duplicates(shop),
        chapters_money.capping(shop),
        chapters_money.prices(shop),
        chapters_money.cancellations(shop),
        chapters_cleaned.cleaning(shop, cleaned, k=K, seed=0),
        chapters_cleaned.categories(cleaned, shop.currency),
        chapters_segments.rfm(customers, shop.currency),
        chapters_segments.how_many(raw, log, k=K),
        chapters_segments.segments(customers, log, shop.currency, k=K),
    )
    return StudyResult("made up", chapters)


@pytest.mark.parametrize("kind", SHOPS)
def test_every_sentence_holds_for_any_shop(kind: str, tmp_path: Path) -> None:
    shop = shop_of(kind, tmp_path)
    result = told(shop)
    assert_claims_hold(result, shop.lines)
    words = " ".join([*map(text_of, result.sentences()), *(fact.label for fact in result.of(Fact))])
    assert not [word for word in ("GBP", "pound", "United Kingdom", "wholesale") if word in words]


@pytest.mark.parametrize("kind", SHOPS)
def test_every_figure_can_be_drawn_for_any_shop(kind: str, tmp_path: Path) -> None:
    for figure in told(shop_of(kind, tmp_path)).of(Figure):
        assert drawn(figure.draw).svg


def test_a_shop_of_amounts_has_lines_of_one_item_and_returns(tmp_path: Path) -> None:
    shop = shop_of("amounts of one month", tmp_path)
    plain = pd.read_csv(tmp_path / "lines.csv")

    assert shop.absent == ("invoice_no", "stock_code", "description", "country")
    assert (shop.zone, shop.currency) == ("UTC", "")
    assert (shop.lines["quantity"].abs() == 1).all()
    assert (shop.lines["quantity"] * shop.lines["unit_price"]).sum() == pytest.approx(plain["amount"].sum())


def test_zone_and_currency_are_those_of_the_file_or_of_the_flags(tmp_path: Path) -> None:
    euros = shop_of("one country, euros", tmp_path)
    pesos = shop_of("constant prices", tmp_path)

    assert (euros.zone, euros.currency) == ("Europe/Lisbon", "EUR")
    assert pesos.currency == "CLP"


def test_several_currencies_are_refused(tmp_path: Path) -> None:
    make("one country, euros", tmp_path / "lines.csv")
    table = pd.read_csv(tmp_path / "lines.csv")
    table.assign(Currency=["EUR", "USD"] * 450).to_csv(tmp_path / "lines.csv", index=False)

    with pytest.raises(InvalidConfig, match="2 currencies"):
        read_invoices(DataFile(tmp_path / "lines.csv"))


def test_a_date_is_never_suggested_for_a_customer(tmp_path: Path) -> None:
    make("amounts of one month", tmp_path / "lines.csv")
    table = pd.read_csv(tmp_path / "lines.csv").drop(columns="client").assign(updated="2023-03-20")
    table.to_csv(tmp_path / "lines.csv", index=False)

    with pytest.raises(InvalidConfig, match="no column says who bought") as refused:
        read_invoices(DataFile(tmp_path / "lines.csv"))
    assert "customer_id=updated" not in str(refused.value)


def test_times_in_two_columns_are_joined(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(
        "Date,Time,Customer ID,Amount\n2024-01-31,13:05,a,3.50\n2024-01-30,09:00,b,4.25\n"
    )
    lines = read_invoices(DataFile(tmp_path / "lines.csv")).lines

    assert lines["invoiced_at"].tolist() == [
        pd.Timestamp("2024-01-30 09:00"),
        pd.Timestamp("2024-01-31 13:05"),
    ]
