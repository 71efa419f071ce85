"""What a document of each collection must look like; ARCHITECTURE.md says what the keys mean."""

from shared.adapters.mongo.rules import (
    ANYTHING,
    ARRAY,
    BOOL,
    BYTES,
    COUNT,
    DATE,
    NUMBER,
    OBJECT,
    SHARE,
    STRING,
    WHOLE,
    Rule,
    fields,
    items,
    one_of,
    or_null,
    shape,
)

_UNDER_MODEL = fields(WHOLE, "model_version model_epoch") | {"as_of": DATE}

CUSTOMER_KEYS = (
    "_id", "frequency", "monetary_minor", "monetary", "first_purchase_at", "last_purchase_at",
    "newest_event_at", "late_floor", "recent_events", "recent_invoices", "history", "applied",
    "duplicate", "late", "at_tick", "status", "vector", "label", "segment_id", "segment_name",
    "distance", "runner_up_id", "margin", "som_row", "som_col", "som_adjacent", "som_distance",
    "reference_label", "reference_distance", "recency_days", "last_transition", "model_version",
    "model_epoch", "as_of", "fence", "fence_epoch", "rev", "deleted",
)  # fmt: skip
"""Every customer document has every one of these."""

# Checked on every write of the hot path, where every rule costs about half a percent of a bulk replace
# (types for all 37 keys: 15-23%; this: about 3%). So only what would make state or fence wrong has a rule,
# and that every key is there is checked by counting them.
CUSTOMERS = {"minProperties": len(CUSTOMER_KEYS)} | shape(
    fields(WHOLE, "frequency monetary_minor rev")
    | {"monetary": NUMBER, "fence": ARRAY}
    | {"status": one_of("clustered", "unassigned", "no_purchase", "no_net_spend")}
)

LIVE_MODEL = shape(
    fields(STRING, "_id")
    | fields(COUNT, "rev lease_epoch fence_epoch customers clusterable")
    | {"clean": BOOL}
    | {"topic": shape(fields(STRING, "name id") | {"partitions": COUNT})}
    | {"offsets": items(fields(COUNT, "partition next"))}
    | {
        "day_rules": shape(
            {"zone": STRING, "is_recountable": BOOL}
            | fields(COUNT, "min_customers max_jump_days history_days")
        )
    }
    | {"clocks": items(fields(COUNT, "partition waiting_lines") | fields(WHOLE, "day waiting_until"))}
    | {
        "counters": shape(
            fields(COUNT, "read applied duplicate late unattributed rejected") | {"unattributed_minor": WHOLE}
        )
    }
    | {"rejected_codes": items({"code": STRING, "n": COUNT})}
    | fields(or_null(WHOLE), "model_version model_epoch")
    | fields(or_null(DATE), "as_of first_event_at newest_event_at")
    | fields(or_null(OBJECT), "pending kmeans som batch")
    | {"names": items({"segment_id": COUNT, "name": STRING, "action": or_null(STRING)})}
    | fields(ANYTHING, "days population")
)

MODELS = shape(
    fields(COUNT, "_id schema_version k next_segment_id n_customers")
    | {"parent": or_null(WHOLE), "provisional": BOOL, "seed": WHOLE, "features": ARRAY, "metrics": OBJECT}
    | fields(DATE, "created_at as_of")
    | fields(STRING, "run_id code_version checksum")
    | {"transform": shape(fields(BYTES, "means deviations") | {"recency_clip_days": or_null(WHOLE)})}
    | fields(BYTES, "centers radii shares counts distance_p995 bin_edges bin_counts")
    | fields(NUMBER, "quantization_error distance_p95")
    | {
        "som": shape(
            fields(COUNT, "rows cols")
            | {"topology": STRING, "toroidal": BOOL, "weights": BYTES}
            | fields(NUMBER, "sigma quantization_error topographic_error unit_use")
        )
    }
    | {"segments": items(fields(COUNT, "label segment_id") | fields(STRING, "name action base"))}
    | {"lineage": items({"kind": STRING, "old": ARRAY, "new": ARRAY, "share": NUMBER, "customers": COUNT})}
    | {"data_interval": shape(fields(DATE, "from to"))}
)

POINTER = shape(
    {
        "_id": STRING,
        "version": or_null(WHOLE),
        "previous": or_null(WHOLE),
        "epoch": COUNT,
        "fence": COUNT,
        "pinned": BOOL,
        "changed_at": or_null(DATE),
        "reason": STRING,
    }
)


def _segment_shape() -> Rule:
    return shape(
        {"_id": STRING}
        | _UNDER_MODEL
        | {"segment_id": COUNT}
        | fields(STRING, "name action")
        | {"customers": COUNT, "share": or_null(SHARE), "revenue_minor": WHOLE, "revenue": NUMBER}
        | fields(or_null(NUMBER), "revenue_share mean_recency_days mean_frequency mean_monetary"),
        patterns={"^center_": or_null(NUMBER)},
    )


SEGMENTS = _segment_shape()
SEGMENT_STATS = _segment_shape()

DRIFT_METRICS = shape(
    fields(STRING, "_id metric")
    | {"segment_id": or_null(WHOLE), "segment_name": or_null(STRING)}
    | fields(or_null(NUMBER), "value warn critical low high")
    | {"status": one_of("ok", "warn", "critical", "undefined"), "kind": one_of("stock", "flow")}
    | {"state": {"enum": ["learning", "ok", "suspect", "drift", "recovering", None]}}
    | fields(or_null(NUMBER), "observed expected")
    | _UNDER_MODEL
)

SEGMENT_EVENTS = shape(
    {"_id": STRING, "kind": one_of("learning", "promotion")}
    | {
        "events": items(
            {"kind": one_of("survive", "split", "merge", "emerge", "disappear"), "share": NUMBER}
            | {"old": ARRAY, "new": ARRAY, "customers": COUNT}
        )
    }
    | {"fates": items({"segment_id": COUNT} | fields(NUMBER, "unicity identity outflow"))}
    | _UNDER_MODEL
)

FLOWS = shape(
    fields(STRING, "_id stream_id") | {"kind": one_of("day", "model", "hours"), "day": COUNT} | _UNDER_MODEL
)

TRANSITIONS = shape(
    fields(STRING, "_id customer_id")
    | fields(or_null(WHOLE), "from_id to_id partition offset")
    | fields(or_null(STRING), "from_name to_name")
    | {"cause": one_of("purchase", "return", "ageing", "model"), "monetary_minor": WHOLE}
    | _UNDER_MODEL
)

REJECTED = shape(
    fields(STRING, "_id code message topic")
    | fields(COUNT, "partition offset value_bytes")
    | fields(or_null(STRING), "field value_sha256")
    | fields(or_null(BYTES), "key value")
    | {"kafka_time": or_null(DATE)}
)

REQUESTS = shape(
    fields(STRING, "_id reason")
    | {"kind": one_of("bootstrap", "refit", "schedule", "drift", "operator")}
    | {"status": one_of("open", "serving", "done", "failed"), "created_at": DATE}
    | fields(or_null(DATE), "as_of finished_at")
    | {"served_by": or_null(OBJECT), "force": BOOL, "score": or_null(NUMBER)}
    | fields(or_null(STRING), "outcome run_id")
)

RUNS = shape(
    fields(STRING, "_id job")
    | {"request_id": or_null(STRING), "status": one_of("running", "done", "failed"), "started_at": DATE}
    | fields(or_null(DATE), "finished_at as_of")
    | fields(or_null(WHOLE), "n_customers model_version")
    | {"decision": {"enum": ["promoted", "kept", None]}, "reason": or_null(STRING)}
    | {"metrics": OBJECT, "scores": ARRAY, "lineage": ARRAY}
    | {"report": or_null(shape(fields(or_null(STRING), "html json error")))}
)

_SEVERITY = one_of("ticket", "warning", "page")

SEGMENT_NAMES = shape({"_id": COUNT, "name": STRING, "action": or_null(STRING), "changed_at": DATE})

ALERTS = shape(
    fields(STRING, "_id kind title message")
    | {"status": one_of("firing", "resolved"), "severity": _SEVERITY, "evidence": OBJECT}
    | {"score": or_null(NUMBER), "model_version": or_null(WHOLE)}
    | fields(DATE, "first_as_of last_as_of created_at")
    | fields(or_null(DATE), "resolved_as_of mute_until")
    | {"ack": or_null(OBJECT)}
    | {
        "changes": items(
            {"seq": COUNT, "status": one_of("firing", "resolved"), "severity": _SEVERITY}
            | {"as_of": DATE, "score": or_null(NUMBER)}
            | fields(STRING, "reason message")
        )
    }
)

DELIVERIES = shape(
    fields(STRING, "_id channel")
    | {"alert": or_null(STRING), "seq": COUNT, "attempts": COUNT}
    | fields(or_null(DATE), "next_at said_at since_at")
    | {"told": or_null(OBJECT), "sent": or_null(OBJECT), "failed": ARRAY, "error": or_null(STRING)}
)

LEASES = shape(
    {"_id": STRING, "epoch": COUNT, "pid": or_null(WHOLE), "started": or_null(DATE), "expires_at": DATE}
    | fields(or_null(STRING), "holder host")
)
