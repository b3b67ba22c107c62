# The two commands are `make run` and `make test`; each does all the set-up it needs.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
FEEDS ?=
PORT ?= 9092
RUNS ?= 4

.PHONY: help run kafka run-kafka test faults check lint format bench dashboards sbom lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 16

run: $(VENV)/.runtime ## the monitor on the sample story; FEEDS=my.opml runs it on your feeds until stopped
ifeq ($(FEEDS),)
	@$(BIN)/python -m examples.demo
else
	@$(BIN)/tallywire run --feeds "$(FEEDS)"
endif

kafka: $(VENV)/.development ## a Kafka broker on this machine until stopped; PORT=9092
	@$(BIN)/python -m tools.kafka --port $(PORT)

run-kafka: $(VENV)/.development ## the sample story over Kafka: broker, connector, two workers, deliverer, archive
	@$(BIN)/python -m examples.on_kafka

test: $(VENV)/.development ## every test, on a real Kafka, PostgreSQL and Prometheus where they can be had
	@$(BIN)/python -m pytest -n auto --maxschedchunk 1 # most last a moment, some a minute

faults: $(VENV)/.development ## each kind of fault on a real Kafka RUNS times, with other seeds
	@TALLYWIRE_FAULT_RUNS=$(RUNS) $(BIN)/python -m pytest tests/kafka/test_faults.py

lint: $(VENV)/.development ## style, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## lint, then test

format: $(VENV)/.development ## rewrite the code in the project's style
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(VENV)/.development ## speed and memory, as docs/benchmarks.md reports them
	@$(BIN)/python -m bench

dashboards: $(VENV)/.development ## write the Grafana dashboards anew from their code
	@$(BIN)/python -m deploy.grafana

sbom: $(VENV)/.development ## the bill of materials (CycloneDX), into sbom.cdx.json
	@$(BIN)/python tools/sbom.py

lock: $(VENV)/.development ## resolve the dependencies anew
	@tools/lock.sh

clean: ## remove what the other commands made
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .benchmarks build *.egg-info

$(VENV)/.runtime: requirements.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/.development: requirements-dev.lock pyproject.toml tools/setup.sh
	@tools/setup.sh $(VENV) requirements-dev.lock
	@tools/prometheus.sh >/dev/null || true # what cannot be had is skipped, with its reason
	@touch $@ $(VENV)/.runtime
