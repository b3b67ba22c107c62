#!/usr/bin/env bash
# Fetch Debian's Prometheus and Alertmanager for the tests, without installing them; prints the folder of the programs.
# Exits with 3, and says why, where they cannot be had.
set -euo pipefail
folder=${XDG_CACHE_HOME:-$HOME/.cache}/tallywire/prometheus
programs=(prometheus promtool prometheus-alertmanager amtool)

mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9 # tests that run side by side fetch once

if [ ! -x "$folder/usr/bin/amtool" ]; then
  if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
    echo "no Prometheus: not a Debian system; put ${programs[*]} on the PATH to run their tests" >&2
    exit 3
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  download() { apt-get download prometheus prometheus-alertmanager >/dev/null 2>&1; }
  if ! download && ! { [ "$(id -u)" -eq 0 ] && apt-get update >/dev/null 2>&1 && download; }; then
    echo "no Prometheus: apt-get cannot download prometheus and prometheus-alertmanager" >&2
    exit 3
  fi
  for package in *.deb; do dpkg -x "$package" out; done
  # Debian's Alertmanager reads its templates from /usr/share: it is shown ours there, and nobody else is.
  enter=(unshare --user --map-root-user --mount)
  if "${enter[@]}" mount --bind out/usr/share /usr/share 2>/dev/null; then
    mv out/usr/bin/prometheus-alertmanager out/alertmanager
    cat >out/usr/bin/prometheus-alertmanager <<WRAPPER
#!/bin/sh
exec ${enter[*]} sh -c 'mount --bind "$folder/usr/share" /usr/share && exec "\$@"' sh "$folder/alertmanager" "\$@"
WRAPPER
    chmod +x out/usr/bin/prometheus-alertmanager
  else
    rm out/usr/bin/prometheus-alertmanager # it would not start
  fi
  rm -rf "$folder"
  mv out "$folder"
fi
echo "$folder/usr/bin"
