# Makes one change on this host as a transaction. The controller puts `token=… id=… owner=… confirm_within=… preparations=… native=…` before this
# text and, after it, the functions `stage` (files), `expect` (what must still be there), `prepare` (steps before the files are written)
# and `steps` (the running kernel), then `main </dev/null`.
# Each line of the answer starts with $token. The functions `transaction_program` and `manifest` print what is kept for
# later; an empty manifest means that mlbroute goes from this host.
# Every program that is started costs a host more than all the shell does beside it, and many hosts may share one machine: so the shell
# writes texts itself, and what can be done to many files at once is.
# shellcheck shell=sh
# shellcheck disable=SC2154  # token, id, owner, confirm_within and preparations are set by the controller
# shellcheck disable=SC2015  # A && B || refuse: either failing is reason enough
state=/var/lib/mlbroute
here=$state/transactions/$id

say() { printf '%s %s\n' "$token" "$*"; }

# Before the first write there is nothing to undo but the transaction itself.
refuse() {
  word=reverted
  if [ -e "$here/deadline" ]; then word=$(sh "$here/transaction" revert "$$" 2>&1 | tail -n 1); else forget; fi
  [ "$word" = reverted ] || { say failed "$current: $*"; say "$word"; exit 0; }
  say "$@"
  exit 0
}

forget() {
  # shellcheck disable=SC3013  # POSIX has -ef since 2024, dash, bash and busybox since long
  [ "$state/pending" -ef "$here" ] && rm -f "$state/pending"
  rm -rf "$here"
}

# After it, every failure takes the whole change back at once, without waiting for the timer.
fail() {
  free
  say failed "$current: $*"
  say "$(sh "$here/transaction" revert "$$" 2>&1 | tail -n 1)"
  exit 0
}

# Others tell by it whether this program still runs.
show_life() {
  read -r up _ </proc/uptime
  printf '%s\n' "${up%%.*}" >"$here/alive"
}

# --- one transaction at a time

open_transaction() {
  # Nothing is readable by others before it has its final mode.
  umask 077
  current='open the transaction'
  [ -d /run/systemd/system ] || refuse refused 'systemd does not run this host'
  command -v systemd-run >/dev/null 2>&1 || refuse refused 'systemd-run is missing, so no timer could undo the change'
  stop_if_locked
  [ -d "$state/transactions" ] || mkdir -p "$state/transactions"
  mkdir "$here" "$here/new" "$here/old" "$here/undo" "$here/confirmed" && describe_transaction || {
    stop_if_locked
    refuse refused "cannot write to $state"
  }
  # The link is made by exactly one. -T: where another's is there already, ln would follow it, and make one in the other's folder.
  ln -sT "transactions/$id" "$state/pending" 2>/dev/null || {
    stop_if_locked
    refuse refused "cannot write to $state"
  }
  # What programs left that were killed before they had the link, or after they gave it back.
  for stray in "$state/transactions"/* "$state".*; do
    [ "$stray" = "$here" ] || [ ! -e "$stray" ] || rm -rf "$stray"
  done
}

stop_if_locked() {
  [ -h "$state/pending" ] || return 0
  rm -rf "$here"
  say locked "$(cat "$state/pending/owner" 2>/dev/null || echo unknown)"
  exit 0
}

describe_transaction() {
  read -r stat </proc/$$/stat
  # shellcheck disable=SC2086  # the fields of proc_pid_stat(5) from the third on
  set -- ${stat##*) }
  birth=${20}
  : >"$here/files" && : >"$here/dirs" && : >"$here/written" &&
    printf '%s\n' "$preparations" >"$here/preparations" &&
    read -r boot </proc/sys/kernel/random/boot_id && printf '%s\n' "$boot" >"$here/boot-id" &&
    show_life && free &&
    printf '%s\n' "$owner" >"$here/owner" && transaction_program >"$here/transaction" && manifest >"$here/manifest" &&
    # Whoever ends the transaction on a disk that is full by then frees this first.
    printf '%131072s' '' >"$here/reserve"
}

# --- the dead-man's switch: armed before anything else, so that whatever dies from here on, the timer tidies up

guard='# mlbroute: only here while a push waits for its confirmation
[Unit]
Description=Take back the mlbroute push that was not confirmed before this host went down
DefaultDependencies=no
RequiresMountsFor=/var/lib/mlbroute
ConditionPathExists=/var/lib/mlbroute/pending/transaction
After=systemd-remount-fs.service
Before=systemd-sysctl.service systemd-networkd.service network-pre.target
Wants=network-pre.target

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/mlbroute/pending/transaction boot'

# set_deadline [SECONDS MORE]
set_deadline() {
  read -r up _ </proc/uptime
  printf '%s\n' $((${up%%.*} + confirm_within + ${1:-0})) >"$here/deadline.new" && mv -f "$here/deadline.new" "$here/deadline"
}

arm() {
  current='arm the switch'
  set_deadline || refuse refused "cannot write to $here"
  # AccuracySec: by default systemd may fire a timer up to a minute late.
  message=$(systemd-run --quiet --collect --unit="mlbroute-revert-$id" --on-active="${confirm_within}s" \
    --timer-property=AccuracySec=100ms /bin/sh "$here/transaction" timer 2>&1) ||
    refuse refused "the timer could not be armed: $message"
  note_missing /etc/systemd/system/sysinit.target.wants || refuse refused "cannot write to $here"
  make_dirs /etc/systemd/system/sysinit.target.wants
  umask 022
  printf '%s\n' "$guard" >/etc/systemd/system/mlbroute-revert.service &&
    ln -sf ../mlbroute-revert.service /etc/systemd/system/sysinit.target.wants/mlbroute-revert.service ||
    refuse refused 'cannot install the boot guard'
  umask 077
  say armed "$confirm_within"
}

# --- staging: nothing outside the transaction's folder is touched

# stage_file N MODE PATH CONTENT [OWNER:GROUP];   stage_link N TARGET PATH;   stage_removal N PATH
stage_file() {
  write_text "$2" "$4" "$here/new/$1" || refuse refused "cannot stage $3"
  [ $# -lt 5 ] || [ "$5" = root:root ] || message=$(chown "$5" "$here/new/$1" 2>&1) || refuse refused "$3 cannot belong to $5: $message"
  case $2 in
    # What the shell can write once more by itself.
    0644 | 0600) [ "${5:-root:root}" != root:root ] || eval "mode_$1=$2 text_$1=\$4" ;;
    *) chmod "$2" "$here/new/$1" || refuse refused "cannot stage $3" ;;
  esac
  remember "$1" "$3" || refuse refused "cannot stage $3"
}
# check_staged PATH COMMAND…
check_staged() {
  current="check $1" path=$1
  shift
  message=$("$@" 2>&1) || refuse refused "the text for $path does not pass \"$*\": $(printf %s "$message" | tr '\n' ' ')"
}
stage_link() { ln -s -- "$2" "$here/new/$1" && remember "$1" "$3" || refuse refused "cannot stage $3"; }
stage_removal() { remember "$1" "$2" || refuse refused "cannot save $2"; }

remember() {
  if [ -e "$2" ] || [ -h "$2" ]; then cp -a "$2" "$here/old/$1" || return 1; fi
  printf '%s %s\n' "$1" "$2" >>"$here/files" || return 1
  if [ -e "$here/new/$1" ] || [ -h "$here/new/$1" ]; then note_missing "${2%/*}" || return 1; fi
  need_writable "${2%/*}"
  case $2 in
    /etc/systemd/system/*) : >"$here/reload-units" ;;
    /etc/systemd/network/* | /etc/netplan/*) touches_networkd=yes ;;
  esac
}

# Nothing was written yet: a folder on a read-only file system, or the nearest one above it, ends the change while there is nothing to undo.
need_writable() {
  folder=$1
  while [ ! -d "${folder:-/}" ]; do folder=${folder%/*}; done
  [ -w "${folder:-/}" ] || refuse refused "${folder:-/} cannot be written: is its file system mounted read-only?"
}

# Folders that will be made, noted while nothing is done yet: a power cut may take a note made later.
note_missing() {
  [ ! -d "$1" ] && ! is_in "$here/dirs" "$1" || return 0
  note_missing "${1%/*}" && printf '%s\n' "$1" >>"$here/dirs"
}

# is_in FILE LINE
is_in() {
  while read -r line; do [ "$line" != "$2" ] || return 0; done <"$1"
  return 1
} 2>/dev/null

# Another push may have come and gone since the plan was made, and left all files as they were.
expect_generation() {
  generation=0
  [ ! -e "$state/manifest.json" ] || generation=$(sed -n 's/.*"generation":\([0-9]*\).*/\1/p;1q' "$state/manifest.json")
  [ "$generation" = "$1" ] || refuse stale "another push was confirmed since the plan was made (generation ${generation:-unknown})"
}

expect_absent() { if [ -e "$1" ] || [ -h "$1" ]; then refuse stale "$1 has appeared since the plan was made"; fi; }
expect_link() { [ "$(readlink "$1")" = "$2" ] || refuse stale "$1 has changed since the plan was made"; }
expect_sha256() { printf '%s  %s\n' "$2" "$1" | sha256sum -c >/dev/null 2>&1 || refuse stale "$1 has changed since the plan was made"; }

# undo N COMMANDS;   N.boot for what is to be taken back while the host starts
undo() { printf %s "$2" >"$here/undo/$1" || refuse refused 'cannot write the undo steps'; }

# What a power cut must not take: all that undoing needs, and the guard that starts it.
make_durable() {
  units=/etc/systemd/system
  : >"$here/begun" || refuse refused "cannot write to $here"
  # The age of a folder tells whether networkd, or netplan, has missed a change in it: after an undo it has not.
  [ -z "${touches_networkd:-}" ] ||
    stat -c '%.9Y %n' /etc/systemd/network /etc/systemd/network/*.d /etc/netplan >"$here/times" 2>/dev/null
  set -- "$state" "$state/transactions" "$units/mlbroute-revert.service" "$units" "$units/sysinit.target.wants" "$here"
  for each in "$here"/* "$here/old"/* "$here/undo"/*; do
    # A link is kept by its folder, and what is staged can be made again.
    if [ -h "$each" ] || [ ! -e "$each" ] || [ "$each" = "$here/new" ] || [ "$each" = "$here/reserve" ]; then continue; fi
    set -- "$@" "$each"
  done
  sync "$@" 2>/dev/null || sync
}

# --- writing: whoever reverts waits while this program is busy, and this program begins nothing once there is a verdict

busy() {
  printf '%s\n' "$$ $birth busy" >"$here/apply" || fail "cannot write to $here"
  go_on
}

go_on() { [ ! -h "$here/verdict" ] || fail 'the host began to revert meanwhile'; }

free() { printf '%s\n' "$$ $birth free" >"$here/apply"; }

write_files() {
  count=0
  busy
  set --
  while read -r number path; do
    current="write $path"
    go_on
    printf '%s\n' "$number" >>"$here/written" || fail "cannot write to $here"
    count=$((count + 1))
    if [ -e "$here/new/$number" ] || [ -h "$here/new/$number" ]; then
      make_dirs "${path%/*}"
      write_beside "$number" "$path.mlbroute-new" 2>"$here/output" || fail "cannot write beside it: $(tr '\n' ' ' <"$here/output")"
      [ -h "$path.mlbroute-new" ] || set -- "$@" "$path.mlbroute-new"
    fi
  done <"$here/files"
  # No name may come to the disk before what it stands for.
  current='write the files'
  [ $# -eq 0 ] || sync "$@" || fail 'cannot finish them'
  set --
  while read -r number path; do
    current="write $path"
    go_on
    if [ -e "$here/new/$number" ] || [ -h "$here/new/$number" ]; then
      mv -f "$path.mlbroute-new" "$path" 2>"$here/output" || fail "cannot put it in place: $(tr '\n' ' ' <"$here/output")"
    else
      rm -f "$path" 2>"$here/output" || fail "cannot remove it: $(tr '\n' ' ' <"$here/output")"
      # Only folders that mlbroute made; an empty /etc/sysctl.d is the host's own affair.
      if is_in "$state/dirs" "${path%/*}"; then rmdir "${path%/*}" 2>/dev/null; fi
    fi
    [ ! -d "${path%/*}" ] || set -- "$@" "${path%/*}"
  done <"$here/files"
  free
  # The new names, too: a power cut after the confirmation must not leave some of them.
  [ $# -eq 0 ] || sync "$@" 2>/dev/null || sync
  say wrote "$count"
}

# write_beside N PATH: as it was staged, with its mode and owner
write_beside() {
  mode='' text=''
  eval "mode=\${mode_$1:-} text=\${text_$1:-}"
  if [ -z "$mode" ] || [ -e "$2" ] || [ -h "$2" ]; then
    cp -pP "$here/new/$1" "$2"
    return
  fi
  write_text "$mode" "$text" "$2"
}

# write_text MODE TEXT PATH: readable by all from the start where it may be, else by root alone until it has its final mode
write_text() {
  [ "$1" != 0644 ] || umask 022
  printf %s "$2" >"$3"
  set -- $?
  umask 077
  return "$1"
}

make_dirs() {
  [ -d "$1" ] && return
  make_dirs "${1%/*}"
  mkdir -m 755 "$1" || fail "cannot make the folder $1"
}

# --- the running kernel: each step is noted before it begins, so that an undo knows how far it came

step() {
  number=$1
  shift
  current=$*
  busy
  # A line more: a disk that is full by now must not make the undo forget the steps before.
  printf '%s\n' "$number" >>"$here/progress" || fail "cannot write to $here"
}

# A step that does nothing now, and has an undo.
pass() {
  busy
  printf '%s\n' "$1" >>"$here/progress" || fail "cannot write to $here"
  free
}

# networkd may have added what its files say to a device that came back, before this could.
run() { go_on; "$@" >"$here/output" 2>&1 || is_there_already "$*" || fail "$(tr '\n' ' ' <"$here/output")"; }

is_there_already() {
  # The host's own tool may have made, or taken away, all of it; the look after it tells whether that is what was wanted.
  case ${native:+$1} in
    'ip link add '*) grep -q 'File exists' "$here/output"; return ;;
    'ip '*' delete '*) grep -q -e 'No such ' -e 'Cannot find device' -e 'does not exist' "$here/output"; return ;;
  esac
  case $1 in 'ip link '*) return 1 ;; 'ip '*' add '*) grep -q 'File exists' "$here/output" ;; *) return 1 ;; esac
}

# activate COMMAND…: has the host's own tool bring up what was written. It has a minute more; the time for the confirmation begins after all steps.
activate() {
  : >"$here/activated" && set_deadline 60 && "$@" && settle
}

# Until networkd has been at work on no link for a second; some have no carrier, and never end.
settle() {
  quiet=0 tries=0
  while [ "$quiet" -lt 5 ] && [ "$tries" -lt 100 ] && [ ! -h "$here/verdict" ]; do
    sleep 0.2
    tries=$((tries + 1)) quiet=$((quiet + 1))
    ! grep -qsE '^ADMIN_STATE=(pending|initialized|configuring)$' /run/systemd/netif/links/* || quiet=0
  done
}

# judge_netplan [PATH]: as netplan would at a boot, of its files with the text of standard input at PATH, or without our file
judge_netplan() {
  made=$(mktemp -d) && mkdir -p "$made/etc/netplan" || return
  for folder in lib etc run; do
    [ ! -d "/$folder/netplan" ] || { mkdir -p "$made/$folder" && cp -a "/$folder/netplan" "$made/$folder/"; }
  done
  if [ $# -gt 0 ]; then cat >"$made$1" && chmod 600 "$made$1"; else rm -f "$made"/etc/netplan/*mlbroute*; fi
  judgement=0
  words=$(netplan generate --root-dir "$made" 2>&1) || { judgement=1 && printf '%s\n' "$words" | sed "s#$made##g"; }
  rm -rf "$made"
  return $judgement
}

# Of what netplan makes, networkd has read what was there before: hard links keep those files for the undo, and for those that come out the
# same. A reload takes another inode for another file, and configures its links anew.
generate_netplan() {
  kept=/run/mlbroute-netplan
  rm -rf "$kept"
  mkdir "$kept" && { [ ! -d /run/systemd/network ] || cp -al /run/systemd/network/. "$kept/"; } && netplan generate || return
  for file in "$kept"/*; do
    # Where it is the same file still, ln says so.
    ! cmp -s "$file" "/run/systemd/network/${file##*/}" || ln -f "$file" "/run/systemd/network/${file##*/}" 2>/dev/null || continue
  done
}

end_step() {
  free
  say step "$current"
}

main() {
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  # A lost connection must not stop the change half way: it runs to its end, and the timer takes it back.
  trap '' HUP PIPE
  open_transaction
  expect
  arm
  stage
  make_durable
  prepare
  write_files
  steps
  set_deadline
  say applied
}
