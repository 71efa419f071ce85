"""How models look in a terminal."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.output import Column, amount, left, moment, number, percent, print_pairs, print_table

if TYPE_CHECKING:
    from shared.adapters.registry import Listed
    from shared.core.model.comparison import ModelDiff

MODELS = (
    Column("model"),
    Column("state", "left"),
    Column("run said", "left"),
    Column("as of", "left"),
    Column("k"),
    Column("customers"),
    Column("error"),
    Column("reason", "left"),
)


def print_models(rows: "Sequence[Listed]", empty: str) -> None:
    """Print one line a model, or what is `empty` about none."""
    print_table(MODELS, [_listed(row) for row in rows], empty=empty)


def print_model(model: Mapping[str, Any]) -> None:
    """Print one model with its segments, gates and lineage."""
    print_pairs(_lines(model), title=f"model {model['version']}")
    _print_segments(model["segments"], model["features"])
    gates = [
        (gate["family"], gate["name"], "passed" if gate["passed"] else "not passed", gate["text"])
        for gate in model["gates"]
    ]
    if gates:
        print_table(left("gate", "name", "result", "in words"), gates)
    edges = [
        (
            edge["kind"],
            _ids(edge["old"]),
            _ids(edge["new"]),
            percent(edge["share"]),
            number(edge["customers"]),
        )
        for edge in model["lineage"]
    ]
    if edges:
        print_table(left("lineage", "from", "to", "share", "customers"), edges)


def print_difference(found: "ModelDiff", a: int, b: int) -> None:
    """Print two models side by side, a before b."""
    columns = left("", f"model {a}", f"model {b}")
    values = [(name, _plain(ours), _plain(theirs)) for name, (ours, theirs) in found.values.items()]
    print_table(columns, values, title="differences", empty="no differences besides the segments")
    print_table(
        [*columns, Column("center moved")],
        [
            (str(row["segment_id"]), _side(row["a"]), _side(row["b"]), number(row["shift"], 3))
            for row in found.segments
        ],
        title="segments",
    )


def _listed(row: "Listed") -> tuple[str, ...]:
    return (
        str(row.version),
        row.state,
        row.decision or "-",
        f"{row.as_of:%Y-%m-%d}",
        f"{row.k}{' provisional' if row.provisional else ''}",
        number(row.customers),
        number(row.quantization_error, 4),
        row.reason or "-",
    )


def _lines(model: Mapping[str, Any]) -> dict[str, str]:
    return {
        "state": model["state"],
        "decision": f"{model['decision'] or 'none recorded'}: {model['reason'] or '-'}",
        "fitted": f"as of {moment(model['as_of'])}, on {number(model['customers'])} customers",
        "data": f"{moment(model['data_from'])} to {moment(model['data_to'])}",
        "kind": "provisional" if model["provisional"] else "lasting",
        "parent": "none" if model["parent"] is None else f"model {model['parent']}",
        "error": f"{model['quantization_error']:.4f} (mean distance to the center, in deviations)",
        "run": f"{model['run_id']}, seed {model['seed']}, code {model['code_version']}",
        "checksum": model["checksum"],
    }


def _print_segments(rows: Sequence[Mapping[str, Any]], features: Sequence[str]) -> None:
    titles = ("id", "customers", "share", "radius", *features)
    columns = [Column("segment", "left"), *(Column(title) for title in titles)]
    cells = [
        (
            row["name"],
            str(row["segment_id"]),
            number(row["customers"]),
            percent(row["share"]),
            number(row["radius"], 3),
            *(amount(row["center"][name]) for name in features),
        )
        for row in rows
    ]
    print_table(columns, cells)


def _ids(ids: Sequence[int]) -> str:
    return ", ".join(str(one) for one in ids) or "-"


def _side(row: Mapping[str, Any] | None) -> str:
    return "-" if row is None else f"{row['name']}, {number(row['customers'])} ({percent(row['share'])})"


def _plain(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
