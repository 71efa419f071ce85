"""What the stream finds wrong, put into the words of an alert."""

from datetime import UTC, datetime

from shared.core.alerting.alert_findings import AlertFinding, alert_key
from streaming.driver.live import LiveState


def clock_jump(state: LiveState, held: datetime, max_jump_days: int) -> AlertFinding:
    """Say that the tick was held back because the data is suddenly dated `held`."""
    as_of = held if state.now is None else state.now.as_of
    return AlertFinding(
        key=alert_key(state.stream_id, "clock_jump", f"{held:%Y-%m-%d}"),
        kind="clock_jump",
        severity="warning",
        title="Purchases dated far ahead hold the clock",
        message=(
            f"purchases of several customers are dated {held:%Y-%m-%d}, more than {max_jump_days} days "
            f"after {as_of:%Y-%m-%d}; if the shop really paused, restart the stream with --accept-jump"
        ),
        as_of=as_of,
        evidence={"held": held, "max_jump_days": max_jump_days},
    )


def model_refused(state: LiveState, reason: str) -> AlertFinding:
    """Say that the champion pointer names a model that cannot be trusted."""
    version = None if state.now is None else state.now.version
    stays_with = "no model" if version is None else f"model {version}"
    return AlertFinding(
        key=alert_key(state.stream_id, "model_refused"),
        kind="model_refused",
        severity="page",
        title="The model in force cannot be trusted",
        message=(
            f"{reason}; the stream stays with {stays_with}; "
            "put a sound one in force: `resegment model rollback`"
        ),
        as_of=datetime.now(UTC),
        model_version=version,
    )
