"""Nothing undocumented: configuration keys, metrics and commands stand in the reference, and the reference is true."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel
from typer.main import get_command

from streams.kafka.topics import Sizes, topics
from streams.operators.alert import Alerting
from streams.operators.assign import Assigners
from streams.operators.reconcile import Reconcile
from streams.topology import stages
from tallywire import config
from tallywire.cli import app
from tallywire.metrics import Metrics

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def sections() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for name, field in config.Settings.model_fields.items():
        kinds = [field.annotation, *getattr(field.annotation, "__args__", ())]
        found[name] = next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return found


def documented_keys(section: str) -> set[str]:
    text = (REFERENCE / "configuration.md").read_text()
    match = re.search(rf"^## `\[+{section}\]+`$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"configuration.md has no section {section}"
    cells = re.findall(r"^\| (`[^|]*`) \|", match[1], re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("section", sections())
def test_every_configuration_key_is_documented_and_every_documented_key_exists(section):
    assert documented_keys(section) == set(sections()[section].model_fields)


def test_every_metric_is_documented_and_every_documented_metric_exists():
    exported = {
        family.name + ("_info" if family.type == "info" else "")
        for family in Metrics((), ()).registry.collect()
        if family.name.startswith("tallywire_")  # the rest is what the client library tells of every process
    }
    text = (REFERENCE / "metrics.md").read_text()
    assert set(re.findall(r"^\| `(tallywire_\w+)` \|", text, re.MULTILINE)) == exported


def test_every_topic_is_documented_with_how_long_it_is_kept_and_every_documented_topic_exists():
    sizes = Sizes(
        partitions=1, replication=1, message_limit=1, keep=timedelta(days=3), window=timedelta(days=5)
    )
    pipeline = stages(Assigners().step, Reconcile(), Alerting())
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.partition("## What is kept")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.*`) \| (.*) \|$", table, re.MULTILINE)
    said = {name: kept for names, kept in rows for name in re.findall(r"`([\w-]+)`", names)}
    days = {3: "`[retention] keep`", 7: "seven days", 12: "`[retention] window` and seven days"}
    for topic in topics(pipeline, sizes):
        kept = said.pop(topic.name)
        if "retention.ms" in topic.settings:
            assert kept.startswith(days[int(topic.settings["retention.ms"]) // 86_400_000]), topic.name
        else:
            assert kept.startswith("the latest of every key"), topic.name
    assert not said


def commands() -> dict[str, typer.core.TyperCommand]:
    found = {}
    for name, command in get_command(app).commands.items():
        for inner, leaf in getattr(command, "commands", {}).items():
            found[f"{name} {inner}"] = leaf
        if not hasattr(command, "commands"):
            found[name] = command
    return found


@pytest.mark.parametrize("name", commands())
def test_every_command_is_documented_with_its_options(name):
    text = (REFERENCE / "commands.md").read_text()
    match = re.search(rf"^## `tallywire {name}\b.*?`$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"commands.md has no section for tallywire {name}"
    for parameter in commands()[name].params:
        long = [option for option in parameter.opts if option.startswith("--")]
        if long and parameter.name != "help":
            assert f"`{long[0]}`" in match[1] or f"`{long[0]} " in match[1], (
                f"{name} {long[0]} is not documented"
            )


@pytest.mark.parametrize("name", commands())
def test_every_command_has_an_example_in_its_help(name):
    assert "tallywire" in (commands()[name].epilog or "")


def test_the_commented_example_configuration_is_right():
    settings = config.load(ROOT / "examples" / "tallywire.toml")
    assert len(settings.feeds) == 2
    assert settings.rules[0].severity.value == "critical"


def test_the_changelog_has_a_place_for_what_comes():
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()
