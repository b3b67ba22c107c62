#!/usr/bin/env bash
# Find PostgreSQL's server for the tests, or fetch Debian's without installing it; prints the folder of its programs.
# Exits with 3, and says why, where it cannot be had.
set -euo pipefail

for program in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
  [ -x "$program" ] && dirname "$(readlink -f "$program")" && exit
done

folder=${XDG_CACHE_HOME:-$HOME/.cache}/tallywire/postgres
[ "$(id -u)" -ne 0 ] || folder=/var/cache/tallywire/postgres # the server must run as another user, who sees no home of root's
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9 # tests that run side by side fetch once

if [ ! -d "$folder" ]; then
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    echo "no PostgreSQL: not a Debian system; put initdb and postgres on the PATH to run their tests" >&2
    exit 3
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work" # apt-get downloads as a user of its own
  cd "$work"
  needs() { apt-cache depends --important "$@"; }
  download() {
    local server
    server=$(needs postgresql | awk '/Depends: postgresql-[0-9]+$/ {print $2; exit}') && [ -n "$server" ] || return 1
    # The server with the libraries it is linked to; LLVM only makes long queries faster.
    needs --recurse "$server" libpq5 | grep -E '^lib' | grep -vE '^(libc6|libgcc|libstdc|libcrypt1|libllvm|libperl)' |
      sort -u | xargs apt-get download "$server" "${server/-/-client-}" >/dev/null 2>&1
  }
  if ! download && ! { [ "$(id -u)" -eq 0 ] && apt-get update >/dev/null 2>&1 && download; }; then
    echo "no PostgreSQL: apt-get cannot download it" >&2
    exit 3
  fi
  for package in *.deb; do dpkg -x "$package" out; done
  libraries=$(find "$PWD/out" -name 'lib*.so.*' -printf '%h\n' | sort -u | sed "s|^$PWD/out|$folder|" | paste -sd:)
  chmod -R a+rX out
  mv out "$folder"
  echo "$libraries" >"$folder/libraries"
fi
ls -d "$folder"/usr/lib/postgresql/*/bin
