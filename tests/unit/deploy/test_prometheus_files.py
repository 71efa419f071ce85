"""Rules, dashboard and runbook speak of metrics, alerts and commands that exist."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from cli.main import build_parser
from shared.adapters.prometheus.metric_catalogue import FROM_THE_DRIVER, METRICS, PREFIX
from shared.core.alerting.alert_findings import Kind

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "rules.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "segments.json").read_text("utf-8"))
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
VERBS = {leaf.prog.partition(" ")[2] for leaf in build_parser().leaves()}
SERIES = {PREFIX + name for name in METRICS} | {
    f"{PREFIX}{metric.name}{suffix}" for metric in FROM_THE_DRIVER for suffix in ("_bucket", "_sum", "_count")
}
EXPRESSIONS = {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in DASHBOARD["panels"]
    for target in panel["targets"]
}


def series_of(expression: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}\w+", expression))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_reads_metrics_that_exist_and_says_what_people_need(rule: dict[str, Any]) -> None:
    assert series_of(rule["expr"])
    assert series_of(rule["expr"]) <= SERIES
    assert rule["labels"]["severity"] in {"page", "warning", "ticket"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}


@pytest.mark.parametrize("title", EXPRESSIONS)
def test_a_panel_reads_metrics_that_exist(title: str) -> None:
    assert series_of(EXPRESSIONS[title])
    assert series_of(EXPRESSIONS[title]) <= SERIES


def test_the_dashboard_asks_for_its_data_source() -> None:
    assert {v["name"] for v in DASHBOARD["templating"]["list"]} == {"datasource", "instance", "metric"}
    assert {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == {"${datasource}"}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_alert_and_every_kind_of_finding_has_a_section_and_no_section_is_left_over() -> None:
    assert set(SECTIONS) == {rule["alert"] for rule in RULES} | set(get_args(Kind))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_link_leads_to_the_section_of_its_alert(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")

    assert (ROOT / page).exists()
    assert anchor == rule["alert"].lower()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_it_means_how_to_check_what_to_do_and_how_to_silence(name: str) -> None:
    assert re.findall(r"^- \*\*(\w+)\*\*: \S", SECTIONS[name], re.MULTILINE) == [
        "Means",
        "Check",
        "Do",
        "Quiet",
    ]


def test_the_commands_of_the_runbook_exist() -> None:
    named = re.findall(r"`resegment ([a-z]+(?: [a-z]+)?)", RUNBOOK)

    assert len(named) > 30
    assert [command for command in named if not {command, command.split()[0]} & VERBS] == []


def test_links_within_the_runbook_lead_somewhere() -> None:
    anchors = {name.lower() for name in SECTIONS}

    assert [link for link in re.findall(r"\]\(#([^)]+)\)", RUNBOOK) if link not in anchors] == []
