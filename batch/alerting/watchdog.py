"""What nobody inside the stream can say: that it is down, stands still, or cannot be re-clustered.

Judged from the outside, by the wall clock, for those who run no Prometheus.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database

from shared.adapters.lag import lag_by_partition
from shared.adapters.mongo import alert_store
from shared.adapters.mongo.collections import LEASES, LIVE_MODEL, RUNS
from shared.core.alerting.alert_findings import AlertFinding, Kind, Severity, alert_key
from shared.documents import Document
from shared.settings import Settings

DOWN_AFTER = timedelta(seconds=60)
"""A restart takes less: lease, Spark and recovery are through in half a minute."""


class Watchdog:
    """Fires and resolves what the stored state and the broker show. kafka : servers, None for none."""

    def __init__(self, database: Database[Document], settings: Settings, kafka: str | None) -> None:
        self._database, self._settings, self._kafka = database, settings, kafka
        self._stream = settings.stream.id

    def look(self, now: datetime) -> None:
        """Judge everything once, as of `now`."""
        live = self._database[LIVE_MODEL].find_one(
            {"_id": self._stream}, {"clean": 1, "updated_at": 1, "offsets": 1, "topic": 1}
        )
        found = {} if live is None else {f.kind: f for f in self._about_the_stream(live, now)}
        for kind in ("stream_down", "stream_stalled"):
            self._settle(kind, found.get(kind), now, "the stream runs again")
        self._settle("recluster_failed", self._failed_run(), now, "a later run came to its end")

    def _settle(self, kind: Kind, finding: AlertFinding | None, now: datetime, reason: str) -> None:
        if finding is not None:
            alert_store.fire(self._database, finding)
        else:
            alert_store.resolve(self._database, alert_key(self._stream, kind), as_of=now, reason=reason)

    def _about_the_stream(self, live: Mapping[str, Any], now: datetime) -> Iterator[AlertFinding]:
        silent = now - live["updated_at"]
        lease = self._database[LEASES].find_one({"_id": f"stream:{self._stream}"})
        if lease is None or lease["expires_at"] <= now:
            if not live["clean"] and silent > DOWN_AFTER:
                yield self._down(live, now)
        elif silent > timedelta(seconds=self._settings.alerts.stalled_s) and (lag := self._lag(live)):
            yield self._stalled(live, lag, now)

    def _down(self, live: Mapping[str, Any], now: datetime) -> AlertFinding:
        return self._finding(
            "stream_down",
            "page",
            "The stream is down",
            f"nobody runs the stream {self._stream!r}, and it did not end cleanly; its last write was at "
            f"{live['updated_at']:%Y-%m-%d %H:%M:%S} UTC; start it again: `resegment stream`",
            now,
            {"updated_at": live["updated_at"]},
        )

    def _stalled(self, live: Mapping[str, Any], lag: int, now: datetime) -> AlertFinding:
        return self._finding(
            "stream_stalled",
            "page",
            "The stream stands still",
            f"{lag:,} records wait, and the stream {self._stream!r} has finished no micro-batch since "
            f"{live['updated_at']:%Y-%m-%d %H:%M:%S} UTC; look at its log",
            now,
            {"lag": lag, "updated_at": live["updated_at"]},
        )

    def _failed_run(self) -> AlertFinding | None:
        ended = {"job": "recluster", "status": {"$ne": "running"}}
        run = self._database[RUNS].find_one(ended, sort=[("started_at", -1)])
        if run is None or run["status"] != "failed":
            return None
        return self._finding(
            "recluster_failed",
            "warning",
            "A re-clustering failed",
            f"the run {run['_id']} failed: {run['reason']}; the champion stays in force",
            run["finished_at"],
            {"run": run["_id"], "request": run["request_id"]},
        )

    def _finding(
        self, kind: Kind, severity: Severity, title: str, message: str, as_of: datetime, evidence: Document
    ) -> AlertFinding:
        key = alert_key(self._stream, kind)
        return AlertFinding(key, kind, severity, title, message, as_of, evidence=evidence)

    def _lag(self, live: Mapping[str, Any]) -> int:
        """Count the records that wait; 0 if there is no broker to ask."""
        if self._kafka is None or self._settings.kafka.options:
            return 0
        return sum((lag_by_partition(self._kafka, live) or {}).values())
