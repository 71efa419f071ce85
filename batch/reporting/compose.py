"""The report of one run: the page, and the same numbers as plain values."""

from dataclasses import dataclass
from math import isfinite

from batch.reporting import (
    clouds,
    contenders,
    gates,
    k_curves,
    map_section,
    migration_section,
    origin,
    segment_profiles,
    silhouettes,
    tree,
)
from batch.reporting.run import Run
from shared.reporting.page import KeyFigure, KeyFigures, Note, Page
from shared.reporting.values import DASH

SCHEMA_VERSION = 1


@dataclass(frozen=True, eq=False)
class Numbers:
    """Everything a report shows; its fields are the keys of the JSON twin."""

    schema_version: int
    verdict: gates.GateVerdict
    origin: origin.Origin
    profiles: segment_profiles.Profiles
    migration: migration_section.Migration | None
    k_curves: k_curves.KCurves
    contenders: contenders.Contenders
    silhouettes: silhouettes.Silhouettes
    clouds: clouds.Clouds
    maps: map_section.Maps
    tree: tree.Tree


def numbers(run: Run) -> Numbers:
    """Collect what the report of a run shows."""
    return Numbers(
        SCHEMA_VERSION,
        gates.verdict(run),
        origin.origin(run),
        segment_profiles.profiles(run),
        migration_section.migration(run),
        k_curves.k_curves(run),
        contenders.contenders(run),
        silhouettes.silhouettes(run),
        clouds.clouds(run),
        map_section.maps(run),
        tree.tree(run),
    )


def page(run: Run, found: Numbers) -> Page:
    """Lay the report of a run out."""
    colors, money = run.colors, run.money
    return Page(
        title=f"Re-clustering as of {run.model.as_of:%Y-%m-%d}",
        subtitle=f"{run.request.run_id} · {run.request.kind}: {run.request.reason}",
        sections=(
            segment_profiles.section(found.profiles, money),
            gates.section(found.verdict),
            migration_section.section(found.migration, colors),
            k_curves.section(found.k_curves),
            contenders.section(found.contenders),
            silhouettes.section(found.silhouettes, colors),
            clouds.section(found.clouds, colors, money),
            map_section.section(found.maps, tree.chart(found.tree)),
            origin.section(found.origin),
        ),
        lead=(gates.lead(found.verdict), *_sampled(run), _key_figures(found)),
        footer=f"Checksum `{run.checksum}`, code {run.model.code_version}, seed {run.model.seed}.",
    )


def _sampled(run: Run) -> list[Note]:
    """Say so where a run has decided on a sample of its customers."""
    seen = run.evidence.table.n
    if seen == run.model.n_customers:
        return []
    text = (
        f"Figures and shares below are of {seen:,} customers, drawn at random from {run.model.n_customers:,}."
    )
    return [Note(text, title="A sample")]


def _key_figures(found: Numbers) -> KeyFigures:
    origin_, moved = found.origin, found.migration
    smallest = min(one.share for one in found.profiles.new)
    items = [
        KeyFigure("Customers", f"{origin_.n_customers:,}"),
        KeyFigure("Segments", str(found.k_curves.chosen), _before(found.k_curves.current)),
        KeyFigure("Silhouette", _number(found.silhouettes.mean), "of a sample"),
        KeyFigure("Smallest segment", f"{smallest:.1%}", "of customers"),
        KeyFigure("Time", f"{sum(origin_.steps_s.values()):.1f} s", "all steps"),
    ]
    if moved is not None:
        items[4:4] = [
            KeyFigure("Moved themselves", f"{moved.moved_by_behaviour:.1%}", "under the champion"),
            KeyFigure("Moved by the model", f"{moved.moved_by_model:.1%}", "to another identity"),
        ]
    return KeyFigures(items)


def _before(current: int | None) -> str:
    return "the first model" if current is None else f"the champion has {current}"


def _number(value: float) -> str:
    return f"{value:.3f}" if isfinite(value) else DASH
