"""Alert rules: each fires and does not fire in a case of its own, has a runbook page, and names metrics that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tallywire.metrics import Metrics
from tests.support.prometheus import program

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
CASES = sorted(PROMETHEUS.glob("cases/*.yml"))
RULES = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "rules.yml").read_text())["groups"]
    for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}


def test_prometheus_takes_the_configuration_and_the_rules():
    subprocess.run([program("promtool"), "check", "config", str(PROMETHEUS / "prometheus.yml")], check=True)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_rules_fire_when_they_should_and_only_then(case):
    done = subprocess.run([program("promtool"), "test", "rules", str(case)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_is_told_apart_in_a_case(alert):
    """Firing and silent: some series of its case raises it, another does not, or not at another time."""
    told = [
        (case, check)
        for path in CASES
        for case in yaml.safe_load(path.read_text())["tests"]
        for check in [*case.get("alert_rule_test", []), *case.get("promql_expr_test", [])]
        if alert in (check.get("alertname"), *re.findall(r'alertname="(\w+)"', check.get("expr", "")))
    ]
    fires = [check.get("exp_alerts") or check.get("exp_samples") for _, check in told]
    silent = [case for case, _ in told if len(case["input_series"]) > 1]
    assert any(fires), f"no case in which {alert} fires"
    assert silent or not all(fires), f"no case in which {alert} stays silent"


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_a_runbook_page_of_its_own(alert):
    page = ROOT / ALERTS[alert]["annotations"]["runbook_url"]
    text = page.read_text()
    assert f"`{alert}`" in text
    assert re.findall(r"^## .*$", text, re.MULTILINE) == [
        "## What it means",
        "## How to see",
        "## What to do",
    ]
    assert page.name in (page.parent / "README.md").read_text()


def test_every_runbook_page_belongs_to_an_alert():
    pages = {path.stem for path in (ROOT / "docs" / "runbooks").glob("*.md")} - {"README"}
    assert pages == {Path(rule["annotations"]["runbook_url"]).stem for rule in ALERTS.values()}


def test_rules_ask_only_for_what_exists():
    assert asked(rule["expr"] for rule in RULES) <= exported() | {rule.get("record") for rule in RULES}


def test_runbooks_name_only_metrics_that_exist():
    pages = (path.read_text() for path in (ROOT / "docs" / "runbooks").glob("*.md"))
    assert asked(re.findall(r"tallywire_\w+|process_\w+", text) for text in pages) <= exported()


def asked(texts) -> set[str]:
    """Names of metrics and of recorded series in expressions."""
    return {name for text in texts for name in re.findall(r"\b(?:tallywire|process)[_:][\w:]+", str(text))}


def exported() -> set[str]:
    """Every series name the monitor can export."""
    ends = {
        "counter": ["_total"],
        "gauge": [""],
        "histogram": ["_bucket", "_sum", "_count", ""],
        "info": ["_info"],
    }
    return {
        family.name + end
        for family in Metrics(("read",), ("desk",)).registry.collect()
        for end in ends.get(family.type, [""])
    }
