"""Who changed segment, and whether the customers moved or the lines did.

Behaviour: the champion's segment of each customer when the champion came into force, against its segment
today. Model: the champion's segment today against the challenger's, of the same customers at the same tick.
"""

from collections import Counter
from dataclasses import dataclass
from math import inf
from typing import Any

import plotly.graph_objects as go

from batch.reporting.moves import Moves
from batch.reporting.run import Run, label
from shared.core.arrays import Float64, Int64
from shared.core.model.artifact import LineageEdge, ModelArtifact
from shared.core.segments.monic import overlap_matrix
from shared.reporting.page import Chart, Fold, Note, Section, TableBlock, TableColumn
from shared.reporting.theme import LIGHT, fade
from shared.reporting.values import for_plotly

NOWHERE = 0
"""Stands for no segment; identities start at 1."""
NO_SEGMENT = "in no segment"


@dataclass(frozen=True)
class Flow:
    """Customers that went from one identity to another, or stayed; `NOWHERE` is no segment."""

    old: int
    new: int
    customers: int


@dataclass(frozen=True)
class Migration:
    """Both causes.

    behaviour, model : every flow. moved_by_behaviour, moved_by_model : share of customers in flows to another
    identity. unexplained : the part of the latter that no split or merge accounts for.
    old_names, new_names : of identities, under the champion and under the challenger.
    """

    behaviour: tuple[Flow, ...]
    model: tuple[Flow, ...]
    moved_by_behaviour: float
    moved_by_model: float
    unexplained: float
    since: str | None
    old_names: dict[int, str]
    new_names: dict[int, str]
    lineage: tuple[LineageEdge, ...]


def migration(run: Run) -> Migration | None:
    """Part the migration into its causes; None without a champion."""
    view = run.evidence.champion
    if view is None:
        return None
    old, new = view.model, run.model
    overlap = overlap_matrix(view.labels, run.evidence.clustering.labels, k_old=old.k, k_new=new.k)
    model = _flows(overlap, old.segment_ids, new.segment_ids)
    moves = run.moves or Moves(old.version, None, ())
    behaviour = _behaviour(moves, dict(zip(old.segment_ids.tolist(), overlap.sum(axis=1), strict=True)))
    return Migration(
        behaviour=behaviour,
        model=model,
        moved_by_behaviour=_moved([flow for flow in behaviour if NOWHERE not in (flow.old, flow.new)]),
        moved_by_model=_moved(model),
        unexplained=run.evidence.identities.relabelled,
        since=None if moves.since is None else f"{moves.since:%Y-%m-%d}",
        old_names=_names(old),
        new_names=_names(new),
        lineage=run.evidence.identities.lineage,
    )


def _flows(overlap: Float64, old_ids: Int64, new_ids: Int64) -> tuple[Flow, ...]:
    return tuple(
        Flow(int(old), int(new), int(overlap[i, j]))
        for i, old in enumerate(old_ids)
        for j, new in enumerate(new_ids)
        if overlap[i, j]
    )


def _behaviour(moves: Moves, today: dict[int, float]) -> tuple[Flow, ...]:
    """Complete the moves by those who stayed: who is in a segment today and did not move there."""
    known = [move for move in moves.moves if {move.old, move.new} <= {*today, None}]
    moved = [Flow(move.old or NOWHERE, move.new or NOWHERE, move.customers) for move in known]
    arrived = {segment: sum(flow.customers for flow in moved if flow.new == segment) for segment in today}
    stayed = [Flow(segment, segment, max(0, int(n - arrived[segment]))) for segment, n in today.items()]
    return tuple(flow for flow in (*stayed, *moved) if flow.customers)


def _moved(flows: tuple[Flow, ...] | list[Flow]) -> float:
    everybody = sum(flow.customers for flow in flows)
    return sum(flow.customers for flow in flows if flow.old != flow.new) / max(everybody, 1)


def _names(model: ModelArtifact) -> dict[int, str]:
    return {segment.segment_id: label(segment) for segment in model.segments}


STAGES = ((0.001, "left", "then"), (0.5, "center", "today, champion"), (0.999, "right", "today, challenger"))
PAD = 0.05
"""Part of the height that is left free between two nodes."""


def draw(found: Migration, colors: dict[int, str]) -> Any:
    """Draw three stages: when the champion came into force, today under it, today under the challenger."""
    links = [(0, flow) for flow in found.behaviour] + [(1, flow) for flow in found.model]
    places = _places(links)
    position = {node: at for at, node in enumerate(places)}
    names = (found.old_names, found.old_names, found.new_names)
    figure = go.Figure(
        go.Sankey(
            arrangement="snap",
            node={
                "label": [for_plotly(names[stage].get(segment, NO_SEGMENT)) for stage, segment in places],
                "color": [colors.get(segment, LIGHT.muted) for _, segment in places],
                "x": [STAGES[stage][0] for stage, _ in places],
                "y": [*places.values()],
                "align": "left",
                "pad": 18,
                "thickness": 16,
                "line": {"width": 0},
                "hovertemplate": "%{label}: %{value:,} customers<extra></extra>",
            },
            link={
                "source": [position[stage, flow.old] for stage, flow in links],
                "target": [position[stage + 1, flow.new] for stage, flow in links],
                "value": [flow.customers for _, flow in links],
                "color": [_link_color(flow, colors) for _, flow in links],
                "hovertemplate": "%{source.label} to %{target.label}: %{value:,} customers<extra></extra>",
            },
        )
    )
    for x, anchor, text in STAGES:
        place = {"x": x, "xref": "paper", "xanchor": anchor, "y": 1, "yref": "paper", "yanchor": "bottom"}
        figure.add_annotation(text=text, showarrow=False, yshift=8, **place)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 40, "b": 12})
    return figure


def _places(links: list[tuple[int, Flow]]) -> dict[tuple[int, int], float]:
    """Height of the middle of each node, 0 (top) to 1: by identity, those in no segment last."""
    sent: Counter[tuple[int, int]] = Counter()
    received: Counter[tuple[int, int]] = Counter()
    for stage, flow in links:
        sent[stage, flow.old] += flow.customers
        received[stage + 1, flow.new] += flow.customers
    sizes = sent | received  # the larger of the two
    places = {}
    for stage in range(len(STAGES)):
        own = sorted((node for node in sizes if node[0] == stage), key=lambda node: node[1] or inf)
        room = (1 - PAD * (len(own) - 1)) / max(sum(sizes[node] for node in own), 1)
        top = 0.0
        for node in own:
            places[node] = top + sizes[node] * room / 2
            top += sizes[node] * room + PAD
    return places


def _link_color(flow: Flow, colors: dict[int, str]) -> str:
    if flow.old == flow.new:
        return fade(LIGHT.muted, 0.18)
    return fade(colors.get(flow.old, LIGHT.muted), 0.55)


def section(found: Migration | None, colors: dict[int, str]) -> Section:
    """Show the flows and what became of the segments."""
    title = "Migration and lineage"
    if found is None:
        return Section(title, "", (Note("This is the first model: there is nothing to compare it with."),))
    then = "no move is on record" if found.since is None else f"first move on {found.since}"
    chart = Chart(
        draw(found, colors),
        "Flows of customers between segments, by cause",
        f"Left to middle is **behaviour**: the champion is the same, customers moved ({then}, from the "
        "feed of transitions). Middle to right is the **model**: customers are the same, the lines moved. "
        "Grey flows keep their identity; the others have the colour of the segment they leave.",
        max(420, 70 * (len(found.old_names) + 1)),
        640,
    )
    text = (
        f"By themselves {found.moved_by_behaviour:.1%} of customers changed segment since the champion came "
        f"into force. The change of model alone would give {found.moved_by_model:.1%} another identity, "
        f"{found.unexplained:.1%} beside splits and merges."
    )
    matrices = [
        _matrix(
            found.behaviour, found.old_names, found.old_names, "Behaviour: then, and today under the champion"
        ),
        _matrix(found.model, found.old_names, found.new_names, "Model: today under champion and challenger"),
    ]
    return Section(title, text, (chart, Fold("Both matrices in numbers", matrices), _lineage(found)))


def _matrix(flows: tuple[Flow, ...], old: dict[int, str], new: dict[int, str], caption: str) -> TableBlock:
    customers = {(flow.old, flow.new): flow.customers for flow in flows}
    rows = [*old, *({NOWHERE} & {one for one, _ in customers})]
    columns = [*new, *({NOWHERE} & {one for _, one in customers})]
    cells = [[customers.get((row, column), 0) for column in columns] for row in rows]
    named = [TableColumn(new.get(one, NO_SEGMENT), "number", "customers") for one in columns]
    names = [old.get(one, NO_SEGMENT) for one in rows]
    return TableBlock(
        [TableColumn("From"), *named], [(name, *row) for name, row in zip(names, cells, strict=True)], caption
    )


def _lineage(found: Migration) -> TableBlock:
    def named(ids: tuple[int, ...], names: dict[int, str]) -> str:
        return ", ".join(names.get(one, str(one)) for one in ids) or "none"

    columns = (
        TableColumn("What happened"),
        TableColumn("Old segments"),
        TableColumn("New segments"),
        TableColumn("Customers", "number"),
        TableColumn("Share", "share", digits=1),
    )
    rows = [
        (
            edge.kind,
            named(edge.old, found.old_names),
            named(edge.new, found.new_names),
            edge.customers,
            edge.share,
        )
        for edge in found.lineage
    ]
    caption = (
        "Lineage (MONIC on members). The share is of the old segments' customers that arrived; of a segment "
        "that emerged, the largest part with one origin."
    )
    return TableBlock(columns, rows, caption)
