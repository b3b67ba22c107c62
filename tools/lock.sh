#!/usr/bin/env bash
# Resolve the dependencies of pyproject.toml into the lock files: versions and hashes, no addresses.
set -euo pipefail
compile=(.venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --resolver=backtracking
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links)
project=("${compile[@]}" --all-build-deps)
"${project[@]}" -o requirements.lock pyproject.toml
"${project[@]}" --extra kafka -c requirements.lock -o requirements-kafka.lock pyproject.toml
"${project[@]}" --extra kafka --extra fulltext --extra dev -c requirements-kafka.lock -o requirements-dev.lock pyproject.toml
"${compile[@]}" -c requirements-dev.lock -o requirements-sbom.lock tools/sbom.in
