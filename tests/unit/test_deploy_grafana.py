"""Dashboards: what the code makes, by the rules of Grafana's dashboard linter, on series that exist."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.__main__ import OUT, made
from tallywire.metrics import Metrics
from tests.support.prometheus import program

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in OUT.glob("*.json")}
UNITS = {"s", "short", "bytes", "percentunit"}

Json = dict[str, Any]


def panels() -> Iterator[Any]:
    """Every panel but the headings of rows, with where it stands."""
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            if panel["type"] != "row":
                yield pytest.param(panel, id=f"{name}: {panel['title']}")


def expressions() -> dict[str, str]:
    """Every query of the dashboards, by where it stands."""
    found = {}
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for query in panel.get("targets") or ():
                found[f"{name}: {panel['title']} {query['refId']}"] = query["expr"]
        for annotation in board["annotations"].get("list", ()):
            found[f"{name}: {annotation['name']}"] = annotation["expr"]
    return found


def test_the_dashboards_are_what_the_code_makes():
    assert {name: (OUT / f"{name}.json").read_text() for name in BOARDS} == made(), "run make dashboards"


@pytest.mark.parametrize("panel", list(panels()))
def test_every_panel_says_what_it_shows_in_which_unit(panel: Json):
    assert panel["title"]
    assert len(panel["description"]) > 20
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["targets"]
    assert panel["datasource"]["uid"] == "${datasource}"


@pytest.mark.parametrize("panel", list(panels()))
def test_every_runbook_link_leads_to_a_page(panel: Json):
    assert panel["links"]
    for link in panel["links"]:
        page = link["url"].removeprefix("${runbooks}/")
        assert (ROOT / "docs" / "runbooks" / page).is_file(), link["url"]


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_has_its_source_as_a_variable_and_each_panel_its_own_number(name):
    board = BOARDS[name]
    source, *others = board["templating"]["list"]
    assert (source["type"], source["name"], source["label"]) == ("datasource", "datasource", "Data source")
    choices = {variable["name"]: variable for variable in others if variable["type"] == "query"}
    assert {"job", "instance"} <= choices.keys()
    for called, variable in choices.items():
        assert variable["label"] == called.title()
        assert variable["query"].startswith("label_values(tallywire_")
        assert variable["datasource"]["uid"] == "${datasource}"
        assert (variable["multi"], variable["allValue"]) == (True, ".+")
        assert variable["refresh"] == 2, "not asked again for another time"
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)
    assert board["editable"] is False


@pytest.mark.parametrize("place", expressions())
def test_queries_ask_for_the_chosen_instances_at_grafanas_rate(place):
    expr = expressions()[place]
    selectors = re.findall(r"(?:tallywire|process)[\w:]*(\{[^}]*\})?", expr)
    assert selectors
    assert all('job=~"$job", instance=~"$instance"' in selector for selector in selectors), expr
    assert not re.search(r"\brate\([^\[]*\[(?!\$__rate_interval)", expr), f"a fixed range in {expr}"
    counters = re.findall(r"\w+_total\{", expr)
    assert len(re.findall(r"\b(?:rate|increase)\(\w+_total\{[^}]*\}\[", expr)) == len(counters), (
        "a bare counter"
    )


@pytest.mark.parametrize("place", expressions())
def test_prometheus_can_parse_every_query(place, tmp_path):
    known = {"$__rate_interval": "1m", "$job": ".+", "$instance": ".+", "$story": ".+"}
    expr = re.sub("|".join(map(re.escape, known)), lambda found: known[found[0]], expressions()[place])
    rules = tmp_path / "rules.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "g", "rules": [{"record": "a:b", "expr": expr}]}]}))
    done = subprocess.run([program("promtool"), "check", "rules", str(rules)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_nothing_is_charted_that_does_not_exist():
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules.yml").read_text())["groups"]
    known = {rule["record"] for group in rules for rule in group["rules"] if "record" in rule} | exported()
    asked = {
        n for expr in expressions().values() for n in re.findall(r"\b(?:tallywire|process)[_:][\w:]+", expr)
    }
    assert asked <= known


def test_every_metric_is_charted_or_raises_an_alert_or_is_named_here():
    """A metric that nobody looks at is dead weight."""
    rules = (ROOT / "deploy" / "prometheus" / "rules.yml").read_text()
    used = rules + " ".join(expressions().values())
    looked_up = {  # by hand, in the course of a runbook
        "tallywire_build",
        "tallywire_stage_out",
        "tallywire_updates",
        "tallywire_second_reader_questions",
        "tallywire_second_reader_suggestions",
        "tallywire_second_reader_seconds",
    }
    families = {family.name for family in Metrics((), ()).registry.collect()}
    own = {name for name in families if name.startswith("tallywire_")}
    assert {name for name in own if name not in used} == looked_up


def test_grafana_finds_the_source_and_the_dashboards():
    source = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/tallywire.yml").read_text())
    assert source["datasources"][0]["type"] == "prometheus"
    assert provider["providers"][0]["options"]["path"] == "/etc/grafana/dashboards"


def exported() -> set[str]:
    """Every series name the monitor can export."""
    ends = {
        "counter": ["_total"],
        "gauge": [""],
        "histogram": ["_bucket", "_sum", "_count"],
        "info": ["_info"],
    }
    return {
        family.name + end
        for family in Metrics(("read",), ("desk",)).registry.collect()
        for end in ends.get(family.type, [""])
    }
