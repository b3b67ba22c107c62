#!/usr/bin/env bash
# Make the virtual environment and install exactly what the lock names.
#   tools/setup.sh VENV LOCK
set -euo pipefail
venv=$1 lock=$2

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "Tallywire needs Python 3.11 or later as '$python'; name another with PYTHON=…" >&2
  exit 2
fi

if [ ! -x "$venv/bin/pip" ] && ! "$python" -m venv "$venv" >/dev/null 2>&1; then
  # Debian splits venv off: without it, `python3 -m venv` cannot make one.
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing Debian's python3-venv …" >&2
    { apt-get update && apt-get install -y --no-install-recommends python3-venv; } >/dev/null
    "$python" -m venv "$venv"
  else
    echo "'$python -m venv' does not work here: install it (Debian: apt-get install python3-venv)" >&2
    exit 2
  fi
fi

echo "installing what $lock names …" >&2
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$lock"
# setuptools warns of every editable install; it is what we mean.
PYTHONWARNINGS=ignore "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
