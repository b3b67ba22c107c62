#!/usr/bin/env bash
# Resolve the dependencies of pyproject.toml into the lock files: versions and hashes, no addresses.
set -euo pipefail
compile=(.venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --resolver=backtracking
  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --all-build-deps)
"${compile[@]}" -o requirements.lock pyproject.toml
"${compile[@]}" --extra kafka -c requirements.lock -o requirements-kafka.lock pyproject.toml
"${compile[@]}" --extra kafka --extra fulltext --extra dev -c requirements-kafka.lock -o requirements-dev.lock pyproject.toml
