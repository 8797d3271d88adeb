#!/bin/sh
# Every check and every test from a fresh checkout. The last line counts them: a failed check counts as a failed test.
# Usage: test.sh [unit] [integration] [faults] [lab]   (default: all four)
set -u
cd "$(dirname "$0")/.." || exit 1
suites=${*:-unit integration faults lab}

sh scripts/set-up.sh \
  ansible-core busybox-static chromium conntrack dash dropbear-bin e2fsprogs fakeroot fish ignition iproute2 iptables kmod libxml2-utils mandoc mmdebstrap netplan.io nftables openssh-client \
  openssh-server openssl procps python3-junitparser shellcheck socat strace sudo systemd tcc tcpdump uml-utilities user-mode-linux util-linux zsh || { echo '0 passed, 1 failed'; exit 1; }
npm run --silent build || { echo '0 passed, 1 failed'; exit 1; }

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
failed_checks=0
check() {
  echo "== $*"
  "$@" || failed_checks=$((failed_checks + 1))
}
check npx biome ci --colors=off --diagnostic-level=warn .
check npx tsc --noEmit
check npx knip
# shellcheck disable=SC2046
check shellcheck -s sh node/*.sh scripts/*.sh bench/fleet/*.sh .ci/run $(grep -rlE '^#!/bin/(ba)?sh' lab)
check shellcheck -s bash completion/mlbroute.bash
for suite in $suites; do
  # Faults have real timers. Nodes of a lab wait more than they work, so two labs are as fast as one. By itself vitest leaves a core unused.
  case $suite in
    faults) parallel=--no-file-parallelism ;;
    lab) parallel=--maxWorkers=2 ;;
    *) parallel=--maxWorkers=100% ;;
  esac
  # shellcheck disable=SC2086
  check npx vitest run --project "$suite" $parallel --reporter=default --reporter=json --outputFile.json="$results/$suite.json"
done
node scripts/count-tests.mjs "$failed_checks" "$results"/*.json
