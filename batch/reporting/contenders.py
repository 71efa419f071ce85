"""Who competed for each number of segments, and what the options on outliers and features did."""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from batch.compete import LEAD, Candidate
from batch.fit_set import OutlierEffect
from batch.reporting.run import Run
from batch.scorecard import Scorecard
from batch.select_features import FeatureChoice
from shared.reporting.page import Block, Chart, Fold, Section, TableBlock, TableColumn
from shared.reporting.theme import LIGHT

MARKS = ("circle", "diamond", "square", "x", "triangle-up", "cross")


@dataclass(frozen=True)
class Contender:
    """One candidate. beside : mean square over that of the preferred candidate of its k, less 1."""

    kind: str
    k: int
    start_error: float
    scorecard: Scorecard
    transfer: float
    beside: float
    is_best: bool
    reason: str


@dataclass(frozen=True)
class Contenders:
    """All candidates, champion and challenger on everybody, and the effect of the options."""

    chosen: int
    candidates: tuple[Contender, ...]
    challenger: Scorecard
    champion: Scorecard | None
    features: FeatureChoice
    outliers: OutlierEffect | None


def contenders(run: Run) -> Contenders:
    """Collect who competed."""
    evidence = run.evidence
    first: dict[int, Candidate] = {}
    for candidate in evidence.candidates:
        first.setdefault(candidate.k, candidate)
    found = tuple(
        Contender(
            c.kind,
            c.k,
            c.start_error,
            c.scorecard,
            c.transfer,
            c.scorecard.mean_square / first[c.k].scorecard.mean_square - 1,
            c.is_best,
            c.reason,
        )
        for c in evidence.candidates
    )
    measured = evidence.measured
    return Contenders(
        evidence.report.choice.k,
        found,
        measured.challenger,
        measured.incumbent,
        evidence.features,
        evidence.outliers,
    )


def draw(found: Contenders) -> Any:
    """Draw how far each candidate is from the preferred one of its k."""
    figure = go.Figure()
    kinds = dict.fromkeys(one.kind for one in found.candidates)
    for kind, color, mark in zip(kinds, LIGHT.series, MARKS, strict=False):
        own = [one for one in found.candidates if one.kind == kind]
        figure.add_scatter(
            x=[one.k for one in own],
            y=[one.beside for one in own],
            name=kind.replace("_", " "),
            mode="lines+markers",
            line={"color": color, "width": 1},
            marker={"size": 11, "symbol": mark, "color": color},
        )
    figure.add_hline(y=-LEAD, line={"color": LIGHT.muted, "dash": "dash", "width": 1})
    figure.add_annotation(
        x=0, xref="paper", xanchor="left", y=-LEAD, yanchor="top", showarrow=False, text="a clear lead"
    )
    figure.update_xaxes(title="segments k", dtick=1)
    figure.update_yaxes(title="mean square beside the preferred", tickformat="+.1%")
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    figure.update_layout(legend=legend, hovermode="x unified")
    return figure


def section(found: Contenders) -> Section:
    """Show the scorecards."""
    chosen = [one for one in found.candidates if one.k == found.chosen]
    blocks: list[Block] = []
    if found.candidates:
        blocks.append(
            Chart(
                draw(found),
                "Mean square of each candidate beside the preferred one, over k",
                "Lower is better. The first kind is preferred: another must lie below the dashed line, "
                "since optima that are equally good draw their lines elsewhere.",
                340,
            )
        )
    if chosen:
        blocks.append(_scorecards(chosen, f"Candidates with k = {found.chosen}, on held-out customers"))
    others = [one for one in found.candidates if one.k != found.chosen]
    if others:
        blocks.append(Fold("Candidates with another k", [_scorecards(others, "The other candidates")]))
    blocks.append(_everybody(found))
    blocks += _options(found)
    text = "Every kind proposes centers, Lloyd passes settle them, and the same held-out customers judge all."
    return Section("Candidates", text, blocks)


SCORES = (
    TableColumn("QE", "number", "mean distance", 4),
    TableColumn("Silhouette", "number", digits=3),
    TableColumn("Simplified", "number", "silhouette", 3),
    TableColumn("DB", "number", "low is good", 3),
    TableColumn("CH", "number"),
    TableColumn("Smallest", "share", "of customers", 1),
    TableColumn("Relabelled", "share", "of customers", 1),
)


def _cells(card: Scorecard) -> tuple[float | None, ...]:
    return (
        card.quantization_error,
        card.silhouette,
        card.silhouette_simplified,
        card.davies_bouldin,
        card.calinski_harabasz,
        card.min_share,
        card.relabelled,
    )


def _scorecards(candidates: list[Contender], caption: str) -> TableBlock:
    columns = (
        TableColumn("Kind"),
        TableColumn("k", "number"),
        *SCORES,
        TableColumn("Transfer", "number", "ARI", 3),
        TableColumn("Outcome"),
    )
    rows = [
        (
            one.kind.replace("_", " "),
            one.k,
            *_cells(one.scorecard),
            one.transfer,
            ("best: " if one.is_best else "") + one.reason,
        )
        for one in candidates
    ]
    return TableBlock(columns, rows, caption)


def _everybody(found: Contenders) -> TableBlock:
    rows = [("challenger", *_cells(found.challenger))]
    if found.champion is not None:
        rows.append(("champion", *_cells(found.champion)[:-1], None))
    return TableBlock((TableColumn("Model"), *SCORES), rows, "Challenger and champion, on all customers")


def _options(found: Contenders) -> list[Block]:
    blocks: list[Block] = []
    if found.outliers is not None:
        blocks.append(_outliers(found.outliers))
    if found.features.verdicts:
        blocks.append(_features(found.features))
    return blocks


def _outliers(effect: OutlierEffect) -> TableBlock:
    columns = (
        TableColumn("Outliers"), TableColumn("Customers", "number"), TableColumn("Share", "share", digits=1),
        TableColumn("Net spend", "share", digits=1), TableColumn("QE with", "number", "everybody", 4),
        TableColumn("QE without", "number", "everybody", 4), TableColumn("QE with", "number", "usual", 4),
        TableColumn("QE without", "number", "usual", 4), TableColumn("Agreement", "number", "ARI", 3),
    )  # fmt: skip
    row = (
        f"{effect.policy} by {effect.rule}", effect.n, effect.share, effect.spend_share, effect.error_with,
        effect.error_without, effect.usual_with, effect.usual_without, effect.agreement,
    )  # fmt: skip
    return TableBlock(columns, [row], "What the policy on outliers did")


def _features(choice: FeatureChoice) -> TableBlock:
    columns = (
        TableColumn("Feature"),
        TableColumn("Kept"),
        TableColumn("Score", "number", digits=4),
        TableColumn("Why"),
    )
    rows = [(one.name, "kept" if one.is_kept else "", one.score, one.reason) for one in choice.verdicts]
    before, after = choice.silhouette_configured, choice.silhouette_kept
    effect = (
        "" if before is None or after is None else f": silhouette {before:.3f} before, {after:.3f} with it"
    )
    return TableBlock(columns, rows, f"Features kept by {choice.method}{effect}")
