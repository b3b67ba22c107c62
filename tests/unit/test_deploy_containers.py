"""The image, the compose file and the manifests: valid, hardened, and naming commands, keys and files that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from tallywire import config
from tallywire.cli import app

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
COMPOSE = ROOT / "docker-compose.yml"
KUBERNETES = ROOT / "deploy" / "kubernetes"
BASE = KUBERNETES / "base"

FOREIGN = ("monitoring.coreos.com/", "kustomize.config.k8s.io/")  # kinds that Kubernetes itself does not know

Json = dict[str, Any]


def services() -> dict[str, Json]:
    """The services of the compose file."""
    return dict(yaml.safe_load(COMPOSE.read_text())["services"])


def manifests() -> Iterator[tuple[str, Json]]:
    """Every manifest of the base, with the file that holds it."""
    for path in sorted(BASE.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            yield path.name, document


def pods() -> dict[str, Json]:
    """The pod of each workload."""
    return {
        manifest["metadata"]["name"]: manifest["spec"]["template"]["spec"]
        for _, manifest in manifests()
        if manifest["kind"] in ("Deployment", "StatefulSet", "Job")
    }


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


# -- the image --------------------------------------------------------------------------------------------------------


def test_hadolint_has_nothing_to_say_of_the_dockerfile():
    run(str(BIN / "hadolint"), "deploy/Dockerfile")


def test_the_image_takes_nothing_unpinned_and_runs_as_nobody():
    lines = (ROOT / "deploy" / "Dockerfile").read_text()
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", lines, re.MULTILINE)
    own = {name for _, name in stages}
    assert all(re.search(r":\d+\.\d+\.\d+", base) for base, _ in stages if base not in own)
    assert "--require-hashes" in lines
    assert re.search(r"^USER \d+", lines, re.MULTILINE)
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", lines, re.MULTILINE):
        for name in copied.split():
            assert (ROOT / name).exists(), name
            assert f"!{name}" in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text() or name.endswith(
                ".lock"
            )


def test_what_is_written_lies_where_the_image_may_write(monkeypatch, tmp_path):
    for name, value in re.findall(r"(TALLYWIRE_\w+)=(\S+)", (ROOT / "deploy" / "Dockerfile").read_text()):
        monkeypatch.setenv(name, value)
    mounted = tmp_path / "tallywire.toml"  # on a read-only file system, as all that lies beside it
    mounted.touch()
    found = config.load(mounted)
    for path in (found.monitor.state, found.kafka.data, found.second_reader.cache):
        assert path.is_relative_to("/var/lib/tallywire")


# -- docker compose ---------------------------------------------------------------------------------------------------


def test_the_compose_file_is_one_by_its_schema():
    run(str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(COMPOSE))


@pytest.mark.parametrize("name", services())
def test_every_service_is_pinned_hardened_and_bounded(name):
    service = services()[name]
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", service["image"]), service["image"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert name == "topics" or "mem_limit" in service
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    if service["image"].startswith("tallywire:"):
        assert service["read_only"] is True
        assert service["user"] == "10001:10001"


def test_no_secret_is_written_in_the_compose_file():
    for service in services().values():
        for key, value in (service.get("environment") or {}).items():
            assert not re.search(r"PASSWORD|SECRET|TOKEN", key) or str(value).startswith("/run/secrets/")


def test_every_file_that_compose_mounts_is_there_or_said_to_be_made():
    text = COMPOSE.read_text()
    mounted = set(re.findall(r"\./[\w./-]+", text.split("services:", 1)[1]))
    made = {
        "./tallywire.toml",
        "./secrets/postgres_password",
        "./secrets/grafana_password",
        "./secrets/tallywire",
    }
    assert all((ROOT / path).exists() for path in mounted - made), mounted
    assert all(path.removeprefix("./") in text.split("name: tallywire")[0] for path in made)


@pytest.mark.parametrize("name", ["connect", "deliver"])
def test_who_needs_a_secret_of_the_configuration_has_it_where_that_says(name):
    """And no other: the passwords of the database and of Grafana lie beside, in `secrets`."""
    (secrets,) = services()[name]["volumes"]
    assert secrets == "./secrets/tallywire:/etc/tallywire/secrets:ro"
    named = re.findall(r'^\w+_file = "(.*?)"', (ROOT / "examples/tallywire.toml").read_text(), re.MULTILINE)
    assert named
    assert {str(Path(path).parent) for path in named} == {"secrets"}  # beside /etc/tallywire/tallywire.toml


def test_prometheus_scrapes_the_services_that_have_metrics():
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.compose.yml").read_text())
    [job] = scraped["scrape_configs"]
    hosts = {target.partition(":")[0] for group in job["static_configs"] for target in group["targets"]}
    ours = {name for name, service in services().items() if service["image"].startswith("tallywire:")}
    assert hosts == ours - {"topics"}


# -- Kubernetes -------------------------------------------------------------------------------------------------------


def test_the_manifests_are_valid_by_the_schemas_of_a_release(tmp_path):
    known = [
        m
        for _, m in manifests()
        if m["apiVersion"].split("/")[0] not in ("monitoring.coreos.com", "kustomize.config.k8s.io")
    ]
    whole = tmp_path / "all.yaml"
    whole.write_text(yaml.safe_dump_all(known))
    run(str(BIN / "kubernetes-validate"), "--strict", str(whole))


def test_kustomize_builds_the_overlay():
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("NOT TESTED by kustomize: kubectl is not installed")
    done = subprocess.run(
        [kubectl, "kustomize", str(KUBERNETES / "overlays/production")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    [worker] = [m for m in built if m["kind"] == "StatefulSet"]
    assert worker["spec"]["replicas"] == 3
    assert worker["spec"]["template"]["spec"]["containers"][0]["image"].startswith("registry.example.org/")


def test_the_kustomization_names_every_manifest():
    [named] = [m["resources"] for name, m in manifests() if name == "kustomization.yaml"]
    assert set(named) == {path.name for path in BASE.glob("*.yaml")} - {"kustomization.yaml"}


@pytest.mark.parametrize("name", pods())
def test_every_pod_is_restricted_and_bounded(name):
    pod = pods()[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert "memory" in container["resources"]["limits"]
        assert "cpu" in container["resources"]["requests"]
        assert name == "topics" or container["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_the_example_configuration_of_the_manifests_is_right(monkeypatch, tmp_path):
    given = (BASE / "tallywire.toml").read_text()
    secret = tmp_path / "slack_url"
    secret.write_text("https://hooks.slack.example/services/x")
    path = tmp_path / "tallywire.toml"
    path.write_text(given.replace("/run/secrets/tallywire/slack_url", str(secret)))
    assert config.load(path).kafka.replication == 3


# -- both -------------------------------------------------------------------------------------------------------------


def commands() -> dict[str, tuple[list[str], Json]]:
    """Where Tallywire is started: its arguments and its environment."""
    found: dict[str, tuple[list[str], Json]] = {}
    for name, service in services().items():
        if service["image"].startswith("tallywire:"):
            found[f"compose {name}"] = (service["command"], service.get("environment") or {})
    for name, pod in pods().items():
        for container in pod["containers"]:
            environment = {entry["name"]: entry["value"] for entry in container.get("env", ())}
            found[f"kubernetes {name}"] = (container["args"], environment)
    return found


@pytest.mark.parametrize("place", commands())
def test_every_command_is_one_of_ours_with_options_it_has(place):
    arguments, _ = commands()[place]
    command: Any = get_command(app)
    while arguments and not arguments[0].startswith("-"):
        assert arguments[0] in command.commands, f"no command {arguments[0]}"
        command, arguments = command.commands[arguments[0]], arguments[1:]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {argument for argument in arguments if argument.startswith("-")} <= options


@pytest.mark.parametrize("place", commands())
def test_every_environment_variable_is_a_key_of_the_configuration(place, monkeypatch):
    _, environment = commands()[place]
    for name, value in environment.items():
        assert name.startswith("TALLYWIRE_"), name
        monkeypatch.setenv(name, str(value))
    config.load(None)
