# Does one action of a playbook on this host, or only says whether there is anything to do for it.
# The controller puts `token=… wish=… creates=… limit=…` before this text and, after it, the functions `is_done` (true where there is
# nothing to do) and `act`, then `main </dev/null`. `wish` is `look` or `act`; `limit` are the seconds that it may take.
# The last line of standard output starts with $token.
# shellcheck shell=sh
# shellcheck disable=SC2154  # token, wish, creates and limit are set by the controller

say() { printf '\n%s %s\n' "$token" "$*"; }

# bounded COMMAND…: 124 where it takes too long.
bounded() { timeout -k 10 "$limit" "$@"; }

# --- waiting

# wait_until EVERY COMMAND…
wait_until() {
  every=$1
  shift
  read -r up _ </proc/uptime
  end=$((${up%%.*} + limit))
  until "$@" >/dev/null 2>&1 </dev/null; do
    read -r up _ </proc/uptime
    [ "${up%%.*}" -lt "$end" ] || return 124
    sleep "$every"
  done
}

is_listening() { [ -n "$(ss -Hltn "sport = :$1")" ]; }

# --- packages

# has_package NAME
has_package() {
  if command -v dpkg-query >/dev/null 2>&1; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
  else
    rpm -q "$1"
  fi
}

# packages_are present|absent NAME…
packages_are() {
  wanted=$1
  shift
  for name; do
    if has_package "$name"; then [ "$wanted" = present ] || return; else [ "$wanted" = absent ] || return; fi
  done
}

# A configuration file that somebody edited stays as it is, and nobody is asked anything.
apt_get() {
  DEBIAN_FRONTEND=noninteractive bounded apt-get -q -y -o "DPkg::Lock::Timeout=$limit" \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# make_packages present|absent NAME…: no other package goes with it.
make_packages() {
  state=$1
  shift
  if command -v apt-get >/dev/null 2>&1; then
    case $state in
      # The lists of the archive may be older than what is in it.
      present) apt_get install --no-remove -- "$@" || { apt_get update && apt_get install --no-remove -- "$@"; } ;;
      absent) needs_none_of "$@" && apt_get remove -- "$@" ;;
    esac
  elif command -v dnf >/dev/null 2>&1; then
    case $state in
      present) bounded dnf -y install "$@" ;;
      absent) bounded dnf -y --setopt=clean_requirements_on_remove=False remove "$@" ;;
    esac
  else
    echo 'there is neither apt-get nor dnf on this host' >&2
    return 127
  fi
}

needs_none_of() {
  for other in $(apt-get -s remove -- "$@" | sed -n 's/^Remv \([^ ]*\) .*/\1/p'); do
    case " $* " in
      *" $other "*) ;;
      *)
        echo "$other needs it, and would go too: name it, or keep both" >&2
        return 1
        ;;
    esac
  done
}

main() {
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  if [ -n "$creates" ] && { [ -e "$creates" ] || [ -h "$creates" ]; }; then
    say idle "$creates is there"
  elif is_done >/dev/null 2>&1; then
    say idle
  elif [ "$wish" = look ]; then
    say due
  else
    act
    say end $?
  fi
}
