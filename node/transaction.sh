#!/bin/sh
# One change of this host, until it is confirmed or undone. This file lies in the transaction's own folder, together with all it
# needs, so that the host can put itself back with no network and no mlbroute:
#   files     lines "N PATH": what the change writes or removes; old/N is what was there, missing where nothing was
#   dirs      folders the change made, one a line
#   undo/N    how to take back step N of the running kernel;   progress: the last step begun
#   preparations  how many of the first steps came before the files, and are taken back after them
#   deadline  seconds of uptime after which nobody can confirm any more
#   verdict   a symbolic link to "confirmed" or "reverted": made once, by whoever comes first
# Usage: transaction confirm | revert | timer | boot | again
#   timer  wait for the deadline, then revert;   boot  revert files before the network comes up;   again  repeat an undo that failed
state=/var/lib/mlbroute
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
id=${here##*/}
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

uptime_seconds() { read -r up _ </proc/uptime && printf '%s\n' "${up%%.*}"; }

# Whoever makes the link decides; ln is atomic, so confirm and revert can never both win.
claim() { ln -s "$1" "$here/verdict" 2>/dev/null; }

# The boot guard and the timer are only there while a transaction is open.
disarm() {
  rm -f /etc/systemd/system/sysinit.target.wants/mlbroute-revert.service /etc/systemd/system/mlbroute-revert.service
  [ "$(readlink "$state/pending")" = "transactions/$id" ] && rm -f "$state/pending"
  [ "$mode" = timer ] || systemctl stop "mlbroute-revert-$id.timer" >/dev/null 2>&1
  wants=/etc/systemd/system/sysinit.target.wants
  if grep -qx "$wants" "$here/dirs"; then rmdir "$wants" 2>/dev/null; fi
  true
}

finish() {
  printf '%s %s\n' "$id" "$1" >"$state/last.new" && mv -f "$state/last.new" "$state/last"
  printf '%s\n' "$1"
}

confirm() {
  claim confirmed
  [ "$(readlink "$here/verdict")" = confirmed ] || { printf 'too late: the host has reverted\n'; exit 3; }
  settle_confirmed
}

# Also the way on after a power cut between the verdict and its consequences.
settle_confirmed() {
  mv -f "$here/manifest" "$state/manifest.json" 2>/dev/null
  [ -e "$state/manifest.json" ] || { finish 'stranded: the manifest could not be written'; exit 1; }
  sync "$state/manifest.json" 2>/dev/null
  disarm
  finish confirmed
  rm -rf "$here"
}

revert() {
  claim reverted
  [ "$(readlink "$here/verdict")" = reverted ] || { printf 'too late: the push was confirmed\n'; exit 3; }
  undo_everything
}

undo_everything() {
  trouble=''
  last=0 preparations=0
  [ -r "$here/progress" ] && read -r last <"$here/progress"
  [ -r "$here/preparations" ] && read -r preparations <"$here/preparations"
  if [ "$mode" != boot ]; then undo_steps "$last" "$preparations"; fi
  undo_files
  if [ "$mode" != boot ]; then undo_steps "$preparations" 0; fi
  # At boot systemd reads the restored units by itself at its next start; reloading it while it boots is asking for trouble.
  if [ "$mode" != boot ] && [ -e "$here/reload-units" ]; then systemctl daemon-reload || note 'systemctl daemon-reload failed'; fi
  if [ -n "$trouble" ]; then
    finish "stranded:$trouble"
    exit 1
  fi
  disarm
  remove_dirs
  finish reverted
  rm -rf "$here"
}

note() { trouble="$trouble $1;"; }

# undo_steps FROM DOWN_TO: newest first, without DOWN_TO itself. A step that never began is left alone; the last one begun may be half
# done, so its undo may fail in part. undo/N is a list of `try COMMAND` lines.
undo_steps() {
  step=$1
  while [ "$step" -gt "$2" ]; do
    failed=''
    # shellcheck source=/dev/null
    [ "$step" -gt "$last" ] || [ ! -r "$here/undo/$step" ] || . "$here/undo/$step" </dev/null
    [ -z "$failed" ] || [ "$step" -eq "$last" ] || note "step $step: $failed"
    step=$((step - 1))
  done
}

# Runs one undo command. What is gone already need not be deleted, and what is there again need not be added.
try() {
  message=$("$@" 2>&1) && return
  case "$* : $message" in
    *' delete '*' : '*'No such '* | *' delete '*' : '*'Cannot find device'* | *' delete '*' : '*'does not exist'*) ;;
    *' add '*' : '*'File exists'*) ;;
    *' -D '*' : '*'does a matching rule exist'* | *' -[DFX] '*' : '*'No chain/target/match'* | *' -D '*' : '*"Couldn't load target"*) ;;
    *) failed="$failed$message " ;;
  esac
}

undo_files() {
  while read -r number path; do
    if [ -e "$here/old/$number" ] || [ -h "$here/old/$number" ]; then
      rm -rf "$path.mlbroute-old"
      mkdir -p "${path%/*}"
      if cp -a "$here/old/$number" "$path.mlbroute-old" && mv -f "$path.mlbroute-old" "$path"; then
        sync "$path" 2>/dev/null
      else note "$path was not restored"; fi
    else
      rm -f "$path" || note "$path was not removed"
    fi
  done <"$here/files"
}

remove_dirs() {
  [ -r "$here/dirs" ] || return 0
  sort -r "$here/dirs" | while read -r dir; do rmdir "$dir" 2>/dev/null; done
}

# The deadline may move on while the controller still verifies, so it is read again after each nap.
wait_for_deadline() {
  while :; do
    [ -h "$here/verdict" ] && exit 0
    [ -r "$here/deadline" ] || exit 0
    read -r deadline <"$here/deadline"
    now=$(uptime_seconds)
    [ "$now" -ge "$deadline" ] && return
    sleep 1
  done
}

main() {
  mode=$1
  case $mode in
    confirm) confirm ;;
    revert) revert ;;
    again) undo_everything ;;
    timer) wait_for_deadline; revert ;;
    boot) if [ "$(readlink "$here/verdict")" = confirmed ]; then settle_confirmed; else claim reverted; undo_everything; fi ;;
    *) printf 'usage: %s confirm|revert|timer|boot|again\n' "$0" >&2; exit 2 ;;
  esac
}
main "$@"
