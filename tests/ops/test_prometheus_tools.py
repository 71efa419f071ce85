"""What Prometheus' own tools say of the metrics, the rules and the routes."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from shared.adapters.prometheus.collector import families
from shared.adapters.prometheus.metric_catalogue import PREFIX
from shared.adapters.prometheus.samples import MetricSample, samples
from shared.settings import Settings
from tests.support.metrics_case import START, quiet

Tool = Callable[..., str]
FOLDER = Path(__file__).parents[2] / "deploy" / "prometheus"
RULES: dict[str, Any] = yaml.safe_load((FOLDER / "rules.yml").read_text("utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]}
CASES: list[dict[str, Any]] = [
    case
    for path in sorted(FOLDER.glob("*_test.yml"))
    for test in yaml.safe_load(path.read_text("utf-8"))["tests"]
    for case in test["alert_rule_test"]
]
ROUTES: dict[str, Any] = yaml.safe_load((FOLDER / "alertmanager.yml").read_text("utf-8"))
QUIET_MINUTES = 240


def shown(minutes: int) -> list[MetricSample]:
    """Give what a quiet shop's exporter shows so many minutes on."""
    snapshot = quiet(minutes)
    assert snapshot.live is not None
    read = snapshot.live["counters"]["read"]
    broker = [
        MetricSample("kafka_up", (), 1),
        MetricSample("kafka_produced_records_total", ("transactions", "0"), read + minutes % 3),
        MetricSample("kafka_lag_records", ("transactions", "0"), minutes % 3),
    ]
    found = [*samples(snapshot, Settings(), START + timedelta(minutes=minutes)), *broker]
    return [MetricSample("mongo_up", (), 1), *(_from_zero(sample) for sample in found)]


def _from_zero(sample: MetricSample) -> MetricSample:
    """Move moments to promtool's clock, which starts at 0."""
    is_moment = sample.name.endswith("_timestamp_seconds")
    return sample._replace(value=sample.value - START.timestamp()) if is_moment else sample


def test_the_metrics_are_clean(promtool: Tool) -> None:
    class Fixed(Collector):
        def collect(self) -> Any:
            return families(shown(0))

    registry = CollectorRegistry()
    registry.register(Fixed())

    assert promtool("check", "metrics", stdin=generate_latest(registry).decode()) == ""


def test_the_rules_are_valid_and_do_what_their_tests_say(promtool: Tool) -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
    promtool("check", "config", "prometheus.yml")
    promtool("test", "rules", "rules_test.yml", "rules_week_test.yml")


def test_every_alert_is_tested_both_ways() -> None:
    assert {case["alertname"] for case in CASES if case["exp_alerts"]} == set(ALERTS)
    assert {case["alertname"] for case in CASES if not case["exp_alerts"]} == set(ALERTS)


def test_a_quiet_shop_raises_no_alert(promtool: Tool, tmp_path: Path) -> None:
    """Series as the exporter shows them over four hours, minute by minute."""
    series: dict[str, list[str]] = {}
    for minute in range(QUIET_MINUTES + 1):
        for sample in shown(minute):
            series.setdefault(_name(sample), []).append(repr(float(sample.value)))
    assert {len(values) for values in series.values()} == {QUIET_MINUTES + 1}
    moments = range(5, QUIET_MINUTES, 13)
    document = {
        "rule_files": [str(FOLDER / "rules.yml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": " ".join(v)} for name, v in series.items()],
                "alert_rule_test": [
                    {"eval_time": f"{at}m", "alertname": alert, "exp_alerts": []}
                    for alert in ALERTS
                    for at in moments
                ],
            }
        ],
    }  # fmt: skip
    (tmp_path / "quiet.yml").write_text(yaml.safe_dump(document), "utf-8")

    promtool("test", "rules", str(tmp_path / "quiet.yml"))


def _name(sample: MetricSample) -> str:
    """Write a series with its labels."""
    family = next(family for family in families([sample]) if family.samples)
    labels = ",".join(f'{k}="{v}"' for k, v in {"instance": "a", **family.samples[0].labels}.items())
    return f"{PREFIX}{sample.name}{{{labels}}}"


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_reaches_who_its_severity_says(alert: str, amtool: Tool) -> None:
    receiver = {"page": "on-call", "warning": "team", "ticket": "tickets"}
    labels = ALERTS[alert]["labels"] | {"alertname": alert}
    named = [f"{name}={value}" for name, value in labels.items()]

    said = amtool("config", "routes", "test", "--config.file=alertmanager.yml", *named)

    assert said.strip() == receiver[labels["severity"]]


@pytest.mark.parametrize(
    ("severity", "receiver"), [("page", "on-call"), ("warning", "team"), ("ticket", "tickets")]
)
def test_an_alert_of_the_product_itself_takes_the_same_routes(
    severity: str, receiver: str, amtool: Tool
) -> None:
    labels = ["alertname=resegment_drift_basket", "service=resegment", f"severity={severity}"]

    amtool("check-config", "alertmanager.yml")
    assert amtool("config", "routes", "test", "--config.file=alertmanager.yml", *labels).strip() == receiver


def matches(matchers: list[str], labels: dict[str, str]) -> bool:
    """Judge matchers as Alertmanager does; only the operators that the file uses."""
    for matcher in matchers:
        found = re.fullmatch(r'(\w+)(=~|!=|=)"(.*)"', matcher)
        assert found is not None, matcher
        name, operator, value = found.groups()
        is_met = (
            re.fullmatch(value, labels.get(name, "")) if operator == "=~" else labels.get(name, "") == value
        )
        if bool(is_met) == (operator == "!="):
            return False
    return True


def inhibited(target: dict[str, str], source: dict[str, str]) -> bool:
    return any(
        matches(rule["source_matchers"], source)
        and matches(rule["target_matchers"], target)
        and all(source.get(name, "") == target.get(name, "") for name in rule["equal"])
        for rule in ROUTES["inhibit_rules"]
    )


def labels_of(alert: str) -> dict[str, str]:
    return ALERTS[alert]["labels"] | {"alertname": alert}


def test_drift_is_quiet_while_the_stream_is_in_trouble() -> None:
    drift = {
        "alertname": "resegment_drift_basket",
        "service": "resegment",
        "severity": "ticket",
        "about": "model",
    }
    down = {
        "alertname": "resegment_stream_down",
        "service": "resegment",
        "severity": "page",
        "about": "stream",
    }

    for trouble in ("ResegStreamDown", "ResegLagGrowing", "ResegStreamStalled"):
        assert inhibited(labels_of("ResegSegmentDrift"), labels_of(trouble))
        assert inhibited(drift, labels_of(trouble))
        assert not inhibited(labels_of(trouble), labels_of("ResegSegmentDrift"))
    assert inhibited(drift, down)
    assert not inhibited(labels_of("ResegSegmentDrift"), labels_of("ResegDeadLetters"))


def test_nothing_inhibits_itself() -> None:
    assert [alert for alert in ALERTS if inhibited(labels_of(alert), labels_of(alert))] == []
