"""What the stream finds wrong, put into the words of an alert."""

from datetime import UTC, datetime

from shared.core.alerting.alert_findings import AlertFinding, alert_key
from streaming.driver.live import LiveState


def clock_jump(state: LiveState, held: datetime, max_jump_days: int) -> AlertFinding:
    """Say that the tick was held back because the data is suddenly dated `held`."""
    as_of = datetime.fromtimestamp((state.now.as_of_ms or 0) / 1000, UTC)
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
    return AlertFinding(
        key=alert_key(state.stream_id, "model_refused"),
        kind="model_refused",
        severity="page",
        title="The model in force cannot be trusted",
        message=(
            f"{reason}; the stream stays with model {state.now.model_version}; "
            "put a sound one in force: `resegment model rollback`"
        ),
        as_of=datetime.now(UTC),
        model_version=state.now.model_version,
    )
