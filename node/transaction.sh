#!/bin/sh
# One change of this host, until it is confirmed or undone. This file lies in the transaction's own folder, together with all it
# needs, so that the host can put itself back with no network and no mlbroute:
#   files     lines "N PATH": what the change writes or removes; old/N is what was there, missing where nothing was
#   dirs      folders the change made, one a line
#   undo/N    how to take back step N of the running kernel;   progress: the last step begun
#   preparations  how many of the first steps came before the files, and are taken back after them
#   manifest  what the host shall remember once the change is confirmed; empty where mlbroute leaves this host
#   apply     the process that makes the change, and whether it is at it right now
#   deadline  seconds of uptime after which nobody can confirm any more
#   verdict   a symbolic link to "confirmed" or "reverted": made once, by whoever comes first
# Usage: transaction confirm | extend SECONDS | revert | timer | boot | resolve | again
#   extend  move the deadline, while the controller still verifies;   resolve  end it somehow: whoever began it is gone
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
  if [ -e "$here/manifest" ] && [ ! -s "$here/manifest" ]; then
    disarm
    # Nothing of mlbroute stays, not even this program.
    rm -rf "$state"
    printf 'confirmed\n'
    return
  fi
  cat "$here/dirs" >>"$state/dirs"
  if [ -e "$here/manifest" ]; then
    if ! keep_generation || ! mv -f "$here/manifest" "$state/manifest.json"; then
      finish 'stranded: the manifest could not be written'
      exit 1
    fi
  fi
  sync "$state/manifest.json" 2>/dev/null
  disarm
  finish confirmed
  rm -rf "$here"
}

# The last five, this one among them; older ones go.
keep_generation() {
  mkdir -p "$state/generations" || return 1
  number=$(sed -n 's/.*"generation":\([0-9]*\).*/\1/p' "$here/manifest" | head -n 1)
  cp "$here/manifest" "$state/generations/$number.json" || return 1
  for old in "$state"/generations/*.json; do
    old_number=${old##*/}
    [ "${old_number%.json}" -gt $((number - 5)) ] || rm -f "$old"
  done
}

extend() {
  [ ! -h "$here/verdict" ] || { printf 'too late: %s\n' "$(readlink "$here/verdict")"; exit 3; }
  printf '%s\n' $(($(uptime_seconds) + $1)) >"$here/deadline.new" && mv -f "$here/deadline.new" "$here/deadline"
}

revert() {
  if claim reverted; then
    await_apply
    undo_everything
  elif [ "$(readlink "$here/verdict")" = confirmed ]; then
    printf 'too late: the push was confirmed\n'
    exit 3
  else
    await_other
  fi
}

# The apply program says it is busy before it looks whether there is a verdict, and the verdict is there before this looks whether it
# is busy: so no command of its can come after its own undo. A dead one is not waited for.
await_apply() {
  tries=0
  while read -r pid busy <"$here/apply" && [ "$busy" = busy ] && kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 300 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done 2>/dev/null
}

# Somebody else reverts already: one is enough, and its word is the word.
await_other() {
  tries=0
  while [ "$tries" -lt 600 ]; do
    if read -r last fate <"$state/last" && [ "$last" = "$id" ]; then
      printf '%s\n' "$fate"
      return
    fi
    tries=$((tries + 1))
    sleep 0.1
  done 2>/dev/null
  printf 'stranded: the undo does not end\n'
  exit 1
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
    extend) extend "$2" ;;
    timer) wait_for_deadline; revert ;;
    boot | resolve) if [ "$(readlink "$here/verdict")" = confirmed ]; then settle_confirmed; else claim reverted; undo_everything; fi ;;
    *) printf 'usage: %s confirm|extend SECONDS|revert|timer|boot|resolve|again\n' "$0" >&2; exit 2 ;;
  esac
}
main "$@"
