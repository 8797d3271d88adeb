#!/bin/sh
# The demo from a fresh checkout: install, build, run. Arguments go to `mlbroute demo`.
set -eu
cd "$(dirname "$0")/.."
sh scripts/set-up.sh
npm run --silent build
exec node dist/cli.js demo --install "$@"
