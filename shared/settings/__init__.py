"""The settings tree: read once, validated, frozen, handed down in slices.

Order: flag > environment (``RESEG_KAFKA__TOPIC``) > TOML file > default. Nothing else in
the project reads the environment or a file for a setting.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator

from shared.core.customers.features import FEATURES
from shared.settings.monitoring import AlertSettings, DriftSettings, MetricsSettings
from shared.settings.parts import SettingsSection
from shared.settings.reclustering import GateSettings, ScheduleSettings


class KafkaSettings(SettingsSection):
    """Where purchases come from, and where what cannot be used goes."""

    bootstrap_servers: str = ""
    """host:port list; empty means: start the embedded broker."""
    topic: str = "transactions"
    dead_letter_topic: str = "transactions.dlq"
    partitions: Annotated[int, Field(ge=1, le=1024)] = 2
    """Partitions of the topic when `init` creates it."""
    options: dict[str, str] = Field(default_factory=dict)
    """Passed through to Spark's Kafka source (`kafka.security.protocol` and the like)."""


class MongoSettings(SettingsSection):
    """Where the state is kept."""

    uri: SecretStr = SecretStr("")
    """Connection string of a replica set; empty means: start the embedded mongod."""
    database: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}$")] = "resegment"


class ServicesSettings(SettingsSection):
    """The embedded broker and database."""

    choice: Literal["embedded", "docker"] = "embedded"
    folder: Path = Path(".local/services")


class InputSettings(SettingsSection):
    """How a record is read and judged."""

    zone: str = "UTC"
    """Zone of event times that state none."""
    currency: str | None = None
    """When set, an event that states another currency is rejected."""
    cancellation_prefix: str = "C"
    """Invoices that start with it are cancellations; empty means there are none."""
    future_tolerance_s: Annotated[int, Field(ge=0)] = 300
    """An event may be this much newer than its Kafka timestamp."""
    max_record_bytes: Annotated[int, Field(ge=256, le=1_048_576)] = 65_536
    max_line_amount: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000_000
    """Largest |quantity x unit_price| of a line, in currency units."""

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            msg = "should be an IANA time zone such as Europe/London"
            raise ValueError(msg) from error
        return zone


class StateSettings(SettingsSection):
    """How long a customer's recent past is remembered exactly."""

    horizon_days: Annotated[int, Field(ge=1, le=90)] = 7
    """Events older than the customer's newest event by more than this are late."""
    max_recent_events: Annotated[int, Field(ge=16, le=65_536)] = 65_536
    history_days: Annotated[int, Field(ge=62, le=3_660)] = 400
    """How far back a customer's past is kept by day; what is older is kept in total."""


class StreamSettings(SettingsSection):
    """The streaming job."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] = "main"
    checkpoint: Path = Path(".local/checkpoint")
    max_offsets_per_trigger: Annotated[int, Field(ge=1)] = 200_000
    trigger_interval_s: Annotated[float, Field(ge=0)] = 1.0
    idle_interval_s: Annotated[float, Field(gt=0)] = 5.0
    chunk_rows: Annotated[int, Field(ge=1, le=250_000)] = 250_000
    chunk_bytes: Annotated[int, Field(ge=1_048_576, le=67_108_864)] = 67_108_864
    pause_for_requests: bool = False
    """Wait at a re-cluster boundary until the request is served: event-time replays are then reproducible."""
    driver_memory: str = "2g"
    cores: Annotated[int, Field(ge=1)] = 2
    lease_s: Annotated[float, Field(ge=5)] = 20.0


class TickSettings(SettingsSection):
    """What "today" is."""

    clock: Literal["auto", "event"] = "auto"
    """`auto`: event time, and the wall clock once a live shop falls silent. `event`: event time only."""
    min_customers: Annotated[int, Field(ge=1, le=100)] = 3
    """Distinct customers who must have bought on a day or later before it can be today; 1 for a shop of one
    or two customers, where a single wrong clock then moves the date."""
    max_jump_days: Annotated[int, Field(ge=1)] = 31
    """A larger jump holds the tick and raises an alert."""


class ModelSettings(SettingsSection):
    """What is clustered, and when everybody is re-clustered."""

    features: tuple[str, ...] = ("recency_days", "frequency", "monetary")
    recency_clip_days: Annotated[int, Field(ge=1)] | None = None
    k_min: Annotated[int, Field(ge=2)] = 3
    k_max: Annotated[int, Field(le=64)] = 10
    n_starts: Annotated[int, Field(ge=1)] = 10
    candidates: tuple[
        Literal["warm", "cold", "som_ward", "gaussian_mixture", "agglomerative", "hdbscan"], ...
    ] = ("warm", "cold", "som_ward")
    """Where centers may come from, the preferred first: another must be clearly better."""
    outliers: Literal["off", "clip", "exclude"] = "off"
    """What a fit does with unusual customers; they are assigned like everybody in any case."""
    outlier_rule: Literal["iqr", "zscore", "isolation_forest"] = "iqr"
    feature_selection: Literal["off", "variance", "correlation", "laplacian", "silhouette"] = "off"
    """How features are picked among all that are known; off: `features` as they are."""
    in_process_customers: Annotated[int, Field(ge=1)] = 2_000_000
    """With more of them, a re-clustering reads, settles and measures everybody with Spark. One process takes
    about half a gigabyte and 40 s for a million, and is faster than Spark on the same two cores."""
    sample_customers: Annotated[int, Field(ge=1_000)] = 100_000
    """With Spark: customers that k, candidates, identities and names are decided on."""
    spark_memory: str = "2g"
    seed: int = 20_111_209
    bootstrap_min_customers: Annotated[int, Field(ge=10)] = 500
    provisional_days: Annotated[int, Field(ge=1)] = 90
    """Days of data before a champion stops being provisional."""

    @field_validator("features")
    @classmethod
    def _features_are_known(cls, features: tuple[str, ...]) -> tuple[str, ...]:
        if not features or len(set(features)) < len(features) or not set(features) <= set(FEATURES):
            msg = f"should be different names among {', '.join(FEATURES)}"
            raise ValueError(msg)
        return features

    @field_validator("candidates")
    @classmethod
    def _some_candidate_needs_no_champion(cls, candidates: tuple[str, ...]) -> tuple[str, ...]:
        if not {"cold", "som_ward", "gaussian_mixture", "agglomerative"} & set(candidates):
            msg = "should name one that gives any number of segments without a champion, such as cold"
            raise ValueError(msg)
        return candidates

    @model_validator(mode="after")
    def _k_range_is_not_empty(self) -> Self:
        if self.k_min > self.k_max:
            msg = f"k_min={self.k_min} should be <= k_max={self.k_max}"
            raise ValueError(msg)
        return self


class ReportSettings(SettingsSection):
    """The report of every re-clustering: a page and its JSON twin."""

    write: bool = True
    folder: Path = Path(".local/reports")
    """Where they are written, named after their run; about 5 MB each, and never deleted by the job."""


class LogSettings(SettingsSection):
    """Structured events on stderr."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(SettingsSection):
    """Everything that can be set, one section per concern."""

    kafka: KafkaSettings = KafkaSettings()
    mongo: MongoSettings = MongoSettings()
    services: ServicesSettings = ServicesSettings()
    input: InputSettings = InputSettings()
    state: StateSettings = StateSettings()
    stream: StreamSettings = StreamSettings()
    tick: TickSettings = TickSettings()
    model: ModelSettings = ModelSettings()
    gate: GateSettings = GateSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    report: ReportSettings = ReportSettings()
    drift: DriftSettings = DriftSettings()
    log: LogSettings = LogSettings()
    alerts: AlertSettings = AlertSettings()
    metrics: MetricsSettings = MetricsSettings()
