"""Where a model comes from: enough to make it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import plotly.graph_objects as go

from batch.reporting.run import Run, RunRequest
from shared.reporting.page import Chart, Section, TableBlock, TableColumn
from shared.reporting.theme import LIGHT
from shared.reporting.values import moment


@dataclass(frozen=True)
class Origin:
    """Provenance of the challenger, and seconds of each step."""

    request: RunRequest
    model_version: int
    parent: int | None
    provisional: bool
    as_of: datetime
    data_from: datetime
    data_to: datetime
    n_customers: int
    features: tuple[str, ...]
    recency_clip_days: int | None
    seed: int
    code_version: str
    checksum: str
    currency: str | None
    steps_s: dict[str, float]


def origin(run: Run) -> Origin:
    """Collect what the model says of itself."""
    model = run.model
    return Origin(
        run.request,
        model.version,
        model.parent,
        model.provisional,
        model.as_of,
        model.data_from,
        model.data_to,
        model.n_customers,
        model.features,
        model.transform.recency_clip_days,
        model.seed,
        model.code_version,
        run.checksum,
        run.currency,
        dict(run.steps_s),
    )


def draw(found: Origin) -> Any:
    """Draw how long each step took."""
    figure = go.Figure(
        go.Bar(
            x=[*found.steps_s.values()],
            y=[name.replace("_", " ") for name in found.steps_s],
            orientation="h",
            marker={"color": LIGHT.series[0]},
            texttemplate="%{x:.2f} s",
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.3f} s<extra></extra>",
        )
    )
    longest = max(found.steps_s.values(), default=1.0)
    figure.update_xaxes(title="seconds", range=[0, longest * 1.18])
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def section(found: Origin) -> Section:
    """Show the provenance and the timings."""
    version = f"{found.model_version}" if found.model_version else "not stored"
    rows = (
        ("Run", found.request.run_id),
        ("Request", f"{found.request.request_id} ({found.request.kind}): {found.request.reason}"),
        ("Started", moment(found.request.started_at)),
        ("Model version", version),
        ("Fitted beside", "no champion" if found.parent is None else f"model {found.parent}"),
        ("Provisional", "yes: too few days of data" if found.provisional else "no"),
        ("As of", moment(found.as_of)),
        ("Data", f"{moment(found.data_from)} to {moment(found.data_to)}"),
        ("Customers", f"{found.n_customers:,}"),
        ("Features", ", ".join(found.features)),
        (
            "Recency counts up to",
            "any" if found.recency_clip_days is None else f"{found.recency_clip_days} days",
        ),
        ("Seed", str(found.seed)),
        ("Code version", found.code_version),
        ("Checksum", found.checksum),
    )
    table = TableBlock(
        (TableColumn("What"), TableColumn("Value")),
        rows,
        "The same customers, settings and seed give the same checksum",
    )
    height = 70 + 30 * max(len(found.steps_s), 1)
    chart = Chart(draw(found), "Seconds of each step", "Time of each step.", height)
    return Section("Provenance and timings", "", (table, chart))
