#!/bin/sh
# Brings what the project needs to work on a fresh Debian or Ubuntu machine with Node.js: its npm packages, and Debian's packages named
# as arguments. Says what it installs; installs nothing that is there.
set -eu
cd "$(dirname "$0")/.."

if [ ! -e node_modules/.package-lock.json ] || [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
  echo "installing npm packages: npm ci"
  npm ci --no-audit --no-fund --loglevel=error
fi

missing=''
for package; do
  # ${Status} is dpkg's to expand.
  # shellcheck disable=SC2016
  [ "$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null)" = 'install ok installed' ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "missing packages; run:  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
  exit 1
fi
echo "installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null
