"""How many segments: every score over every k, and why each k was chosen or fell."""

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from batch.reporting.run import Run
from shared.core.choice.k_scores import KScores
from shared.reporting.page import Chart, Section, Side, TableBlock, TableColumn
from shared.reporting.theme import LIGHT, fade

HEIGHT = 280


@dataclass(frozen=True)
class ScoreCurve:
    """One score over k, with its standard error, and what it must reach if anything."""

    name: str
    better: str
    values: tuple[float, ...]
    errors: tuple[float, ...] | None = None
    floor: float | None = None


@dataclass(frozen=True)
class KCurves:
    """Scores of every k in `ks`, ascending. current : k of the champion. verdicts : k, missed, reason."""

    ks: tuple[int, ...]
    chosen: int
    current: int | None
    knee: int | None
    reason: str
    curves: dict[str, ScoreCurve]
    verdicts: tuple[tuple[int, tuple[str, ...], str], ...]


def k_curves(run: Run) -> KCurves:
    """Collect the scores of a run."""
    report = run.evidence.report
    scores, floors = report.scores, report.floors

    def values(name: str) -> tuple[float, ...]:
        return tuple(float(getattr(one, name)) for one in scores)

    curves = {
        "inertia": ScoreCurve("Inertia", "the knee is one hint", values("inertia")),
        "silhouette": ScoreCurve("Silhouette", "high is good", values("silhouette"), values("silhouette_se")),
        "davies_bouldin": ScoreCurve("Davies-Bouldin", "low is good", values("davies_bouldin")),
        "calinski_harabasz": ScoreCurve("Calinski-Harabasz", "high is good", values("calinski_harabasz")),
        "warm_ari": ScoreCurve(
            "warm", "mean ARI of refits from here", values("warm_ari"), values("warm_ari_se"), floors.warm_ari
        ),
        "cold_ari": ScoreCurve(
            "cold", "of refits from nothing", values("cold_ari"), values("cold_ari_se"), floors.cold_ari
        ),
        "jaccard": ScoreCurve(
            "weakest",
            "Jaccard of the segment that comes back least",
            tuple(_weakest(one) for one in scores),
            floor=floors.jaccard,
        ),
        "min_share": ScoreCurve("Smallest segment", "", values("min_share"), floor=floors.share),
    }
    champion = run.champion
    return KCurves(
        ks=tuple(one.k for one in scores),
        chosen=report.choice.k,
        current=None if champion is None else champion.k,
        knee=report.knee,
        reason=report.choice.reason,
        curves=curves,
        verdicts=tuple((verdict.k, verdict.missed, verdict.reason) for verdict in report.choice.verdicts),
    )


def draw_curve(found: KCurves, names: tuple[str, ...], axis: str) -> Any:
    """Draw scores of one unit over k; the chosen k is marked, floors are dashed."""
    figure = go.Figure()
    for name, color, dash in zip(names, LIGHT.series, ("solid", "dash", "dot"), strict=False):
        _add_curve(figure, found, found.curves[name], color, dash)
    figure.add_vline(x=found.chosen, line={"color": fade(LIGHT.muted, 0.25), "width": 14}, layer="below")
    figure.update_xaxes(title="segments k", tickvals=found.ks)
    figure.update_yaxes(title=axis, rangemode="normal")
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    figure.update_layout(showlegend=len(names) > 1, legend=legend, hovermode="x unified")
    figure.update_layout(margin={"l": 8, "r": 8, "t": 30, "b": 8})
    return figure


def _add_curve(figure: Any, found: KCurves, curve: ScoreCurve, color: str, dash: str) -> None:
    bars = None if curve.errors is None else {"type": "data", "array": curve.errors, "color": color}
    figure.add_scatter(
        x=found.ks,
        y=curve.values,
        error_y=bars,
        name=curve.name,
        mode="lines+markers",
        line={"color": color, "dash": dash, "width": 2},
        marker={"size": 8},
    )
    if curve.floor is not None:
        figure.add_hline(y=curve.floor, line={"color": color, "dash": "dash", "width": 1})


def section(found: KCurves) -> Section:
    """Show the curves and the verdict on every k."""
    knee = "" if found.knee is None else f" The knee of the inertia is at k = {found.knee}."
    current = "" if found.current is None else f" The champion has k = {found.current}."
    panels = (
        (("inertia",), "inertia"),
        (("silhouette",), "silhouette"),
        (("davies_bouldin",), "Davies-Bouldin"),
        (("calinski_harabasz",), "Calinski-Harabasz"),
        (("warm_ari", "cold_ari", "jaccard"), "stability, 0 to 1"),
        (("min_share",), "share of customers"),
    )
    charts = [
        Chart(
            draw_curve(found, names, axis),
            f"{' and '.join(found.curves[name].name for name in names)} over the number of segments",
            "; ".join(_caption(found.curves[name]) for name in names),
            HEIGHT,
        )
        for names, axis in panels
    ]
    table = TableBlock(
        (
            TableColumn("k", "number"),
            TableColumn("Chosen"),
            TableColumn("Silhouette", "number", digits=3),
            TableColumn("Why"),
        ),
        [
            (k, "chosen" if k == found.chosen else "", found.curves["silhouette"].values[at], reason)
            for at, (k, _, reason) in enumerate(found.verdicts)
        ],
        "Why each number of segments was chosen or fell",
    )
    return Section(
        "Number of segments",
        f"**k = {found.chosen}**: {found.reason}.{current}{knee} The chosen k is shaded; dashed lines are "
        "floors that a k must reach; bars are standard errors.",
        (Side(charts, 320), table),
    )


def _caption(curve: ScoreCurve) -> str:
    return f"**{curve.name}**: {curve.better}" if curve.better else f"**{curve.name}**"


def _weakest(scores: KScores) -> float:
    return float(scores.jaccard.min()) if scores.jaccard.size else float("nan")
