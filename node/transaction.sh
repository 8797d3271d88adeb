#!/bin/sh
# One change of this host, until it is confirmed or undone. This file lies in the transaction's own folder, together with all it
# needs, so that the host can put itself back with no network and no mlbroute:
#   files     lines "N PATH": what the change writes or removes; old/N is what was there, missing where nothing was
#   begun     there once files may have been written;   written: the N of each one, which only this boot can trust
#   dirs      folders that were not there, one a line;   times: when networkd's folders had last changed, in seconds
#   undo/N    how to take back step N of the running kernel;   progress: each step begun, a line
#   undo/N.boot  the same for what of it lasts over a restart, done while the host starts
#   preparations  how many of the first steps came before the files, and are taken back after them
#   manifest  what the host shall remember once the change is confirmed; empty where mlbroute leaves this host
#   apply     the process that makes the change, and whether it is at it right now
#   deadline  seconds of uptime after which nobody can confirm any more
#   verdict   a symbolic link to "confirmed" or "reverted": made once, by whoever comes first. There is a folder "confirmed", and no
#             "reverted", so that the shell itself can tell the two apart, also where nothing else can be started
#   fate      how it ended, once all of that is done;   reserve: room on the disk for doing it
#   turn      a symbolic link that names the process which carries the verdict out
# Usage: transaction confirm | extend SECONDS | revert | timer | boot | resolve | again
#   extend  move the deadline, while the controller still verifies;   resolve  end it somehow: whoever began it is gone
#   timer  wait for the deadline, then revert;   boot  revert files before the network comes up;   again  repeat an undo that failed
state=/var/lib/mlbroute
# By whatever link it was called: the folder itself.
cd -P "${0%/*}" && here=$PWD && cd / || exit 1
id=${here##*/}
guard=/etc/systemd/system/mlbroute-revert.service
wants=/etc/systemd/system/sysinit.target.wants
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
# A folder that went with its last file comes back as it was.
umask 022

# What the reserve held is free for others; emptied by the shell itself, which stays where that fails.
free_room() { [ ! -e "$here/reserve" ] || true >"$here/reserve"; } 2>/dev/null

# Sets $uptime, in seconds.
tell_uptime() { read -r uptime _ </proc/uptime && uptime=${uptime%%.*}; }

# is_in FILE LINE
is_in() {
  while read -r line; do [ "$line" != "$2" ] || return 0; done <"$1"
  return 1
} 2>/dev/null

# --- one verdict, carried out by one process at a time. Whoever does it may be killed anywhere, so each part can be done again by the next.

# Whoever makes the link decides; ln is atomic, so confirm and revert can never both win. On a disk that takes no link nobody can
# confirm: without a verdict the change goes back.
claim() { ln -sT "$1" "$here/verdict" 2>/dev/null; }

is_confirmed() { [ -h "$here/verdict" ] && [ -d "$here/verdict" ]; }

conclude() {
  take_turn || { tell_fate; return; }
  if ! is_over; then
    if is_confirmed; then keep_record && record confirmed
    else await_apply && undo_everything && record reverted
    fi || { record "stranded:$trouble"; rm -f "$here/turn"; printf '%s\n' "$fate"; exit 1; }
  fi
  tidy
  printf '%s\n' "$fate"
}

# True where all is done and on record, and no more than tidying up is left.
is_over() { read -r fate <"$here/fate"; } 2>/dev/null

# The last ten ends are kept, newest first: a controller may come back late.
record() {
  fate=$1
  {
    printf '%s %s\n' "$id" "$fate"
    kept=1
    while [ "$kept" -lt 10 ] && read -r other its_fate; do
      [ "$other" = "$id" ] || { printf '%s %s\n' "$other" "$its_fate" && kept=$((kept + 1)); }
    done <"$state/last"
  } >"$state/last.new"
  # Or a power cut would leave the name without the words.
  sync "$state/last.new"
  [ -s "$state/last.new" ] && mv -f "$state/last.new" "$state/last"
  case $fate in
    # What was staged is of no use any more; its room may be.
    stranded*) rm -rf "$here/new" ;;
    # Half a line is not read as one.
    *) printf '%s\n' "$fate" >"$here/fate" ;;
  esac
  true
} 2>/dev/null

note() { trouble="$trouble $1;"; }

# A process is known by its number and its time of birth: numbers come again. Sets $birth, to nothing where there is no such process.
tell_birth() {
  birth=''
  read -r stat <"/proc/$1/stat" || return
  # shellcheck disable=SC2086  # the fields of proc_pid_stat(5) from the third on
  set -- ${stat##*) }
  [ "$1" = Z ] || birth=${20}
} 2>/dev/null

# False where another process ends the transaction, or has ended it, meanwhile.
take_turn() {
  tell_birth $$
  me=$$.$birth
  tries=0
  until ln -s "$me" "$here/turn" 2>/dev/null; do
    [ -d "$here" ] || return 1
    # A disk that cannot be written has no turns, and hardly two processes that try.
    [ -w "$here" ] && other=$(readlink "$here/turn") || [ "$tries" -lt 3 ] || return 0
    [ -z "$other" ] || tell_birth "${other%.*}"
    if [ -n "$other" ] && [ "$birth" != "${other#*.}" ]; then
      # It died at its work. Renaming lets only one of two inherit it.
      mv "$here/turn" "$here/turn.$$" 2>/dev/null && rm -f "$here/turn.$$" && continue
    fi
    tries=$((tries + 1))
    [ "$tries" -lt 450 ] || return 1
    sleep 0.1
  done
}

tell_fate() {
  if [ -d "$here" ]; then
    printf 'stranded: another process is at it, and does not end\n'
    exit 1
  fi
  # Only a confirmed removal takes the record away as well.
  [ -d "$state" ] || { printf 'confirmed\n'; return; }
  fate=$(sed -n "s/^$id //p" "$state/last")
  printf '%s\n' "${fate:-none}"
}

# What only an open transaction has. The timer goes after all else: until then it would do what is left here.
tidy() {
  rm -f "$wants/mlbroute-revert.service" "$guard"
  if is_in "$here/dirs" "$wants"; then rmdir "$wants"; fi
  if [ "$fate" = reverted ]; then
    [ ! -s "$here/dirs" ] || sort -r "$here/dirs" | while read -r dir; do rmdir "$dir"; done
    [ ! -s "$here/times" ] || while read -r time dir; do [ ! -d "$dir" ] || touch -d "@$time" "$dir"; done <"$here/times"
  fi
  if is_removal; then
    # All at one moment: half of a record would tell another story, and the next push may begin when the lock is gone.
    if mv "$state" "$state.$id"; then rm -rf "$state.$id" /run/mlbroute-netplan; else rm -rf "$state"; fi
  else
    set -- "$here" /run/mlbroute-netplan
    # The link first.
    # shellcheck disable=SC3013  # POSIX has -ef since 2024, dash, bash and busybox since long
    if [ "$state/pending" -ef "$here" ]; then set -- "$state/pending" "$@"; fi
    rm -rf "$@"
  fi
  [ "$mode" = timer ] || [ -d "$here" ] || systemctl stop "mlbroute-revert-$id.timer"
} >/dev/null 2>&1

is_removal() { [ "$fate" = confirmed ] && [ -e "$here/manifest" ] && [ ! -s "$here/manifest" ]; }

# --- confirmed: the host remembers what it is

keep_record() {
  trouble=''
  if [ -s "$here/manifest" ]; then
    if ! keep_generation || ! mv -f "$here/manifest" "$state/manifest.json"; then note 'the record could not be written'; fi
  fi
  sync "$state/manifest.json" "$state" 2>/dev/null
  [ -e "$state/dirs" ] && [ ! -s "$here/dirs" ] || add_dirs || note 'the list of folders could not be written'
  [ -z "$trouble" ]
}

add_dirs() { while read -r dir; do printf '%s\n' "$dir" || return 1; done <"$here/dirs" >>"$state/dirs"; }

# The last five, this one among them; older ones go. A hard link finds room on a full disk.
keep_generation() {
  [ -d "$state/generations" ] || mkdir "$state/generations" || return 1
  number=$(sed -n 's/.*"generation":\([0-9]*\).*/\1/p;1q' "$here/manifest")
  ln -f "$here/manifest" "$state/generations/$number.json" || return 1
  for old in "$state"/generations/*.json; do
    old_number=${old##*/}
    [ "${old_number%.json}" -gt $((number - 5)) ] || rm -f "$old"
  done
}

# --- reverted: everything is put back

# The apply program says it is busy before it looks whether there is a verdict, and the verdict is there before this looks whether it
# is busy: so no command of its can come after its own undo. A dead one is not waited for, and one that hangs must not go on later.
await_apply() {
  tries=0
  while read -r pid born busy <"$here/apply" && [ "$busy" = busy ] && [ "$pid" != "$caller" ] && tell_birth "$pid" && [ "$birth" = "$born" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || kill -KILL "$pid"
    [ "$tries" -lt 320 ] || break
    sleep 0.1
  done 2>/dev/null
  true
}

undo_everything() {
  trouble=''
  last=0 preparations=0
  [ ! -s "$here/progress" ] || while read -r number; do last=$number; done <"$here/progress"
  [ -s "$here/preparations" ] && read -r preparations <"$here/preparations"
  if [ "$mode" = boot ]; then undo_lasting later; else undo_steps "$last" "$preparations"; fi
  undo_files
  # At boot systemd reads the restored units by itself at its next start; reloading it while it boots is asking for trouble.
  if [ "$mode" != boot ] && [ -s "$here/written" ] && [ -e "$here/reload-units" ]; then
    systemctl daemon-reload || note 'systemctl daemon-reload failed'
  fi
  if [ "$mode" = boot ]; then undo_lasting first; else undo_steps "$preparations" 0; fi
  [ -z "$trouble" ]
}

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

# undo_lasting first | later: of the preparations, or of the other steps. All of it, whether begun or not: a power cut may have taken the
# note of a step, and each can be done once more. They are independent of each other.
undo_lasting() {
  [ -e "$here/begun" ] || return 0
  for each in "$here/undo"/*.boot; do
    [ -r "$each" ] || continue
    number=${each##*/}
    part=later
    [ "${number%.boot}" -gt "$preparations" ] || part=first
    [ "$part" = "$1" ] || continue
    failed=''
    # shellcheck source=/dev/null
    . "$each" </dev/null
    [ -z "$failed" ] || note "$failed"
  done
}

# Runs one undo command. What is gone already need not be deleted, and what is there again need not be added.
try() {
  message=$("$@" 2>&1) && return
  case "$* : $message" in
    *' delete '*' : '*'No such '* | *' delete '*' : '*'Cannot find device'* | *' delete '*' : '*'does not exist'*) ;;
    *' add '*' : '*'File exists'*) ;;
    *' disable '*' : '*'does not exist'* | *' disable '*' : '*' not found'*) ;;
    *' -D '*' : '*'does a matching rule exist'* | *' -D '*' : '*'does not exist'* | *' -'[DFX]' '*' : '*'No chain/target/match'* | *' -D '*' : '*"Couldn't load target"*) ;;
    *) failed="$failed$message " ;;
  esac
}

# Where netplan has made networkd's files of a push, it makes them of what is back, and those that come out as before are the very files again.
generate_netplan() {
  kept=/run/mlbroute-netplan
  [ -d "$kept" ] || return 0
  netplan generate || return
  for file in "$kept"/*; do
    # Where it is the same file still, ln says so.
    ! cmp -s "$file" "/run/systemd/network/${file##*/}" || ln -f "$file" "/run/systemd/network/${file##*/}" 2>/dev/null || continue
  done
}

# Where the host's own tool was to bring up a push, it brings up what is back.
activate() {
  [ -e "$here/activated" ] || return 0
  "$@" || return
  quiet=0 tries=0
  while [ "$quiet" -lt 5 ] && [ "$tries" -lt 100 ]; do
    sleep 0.2
    tries=$((tries + 1)) quiet=$((quiet + 1))
    ! grep -qsE '^ADMIN_STATE=(pending|initialized|configuring)$' /run/systemd/netif/links/* || quiet=0
  done
}

# A power cut may have kept a file and not the note of it.
may_be_written() {
  read -r boot <"$here/boot-id" && read -r now </proc/sys/kernel/random/boot_id
  if [ "$boot" != "$now" ]; then [ -e "$here/begun" ]; else is_in "$here/written" "$1"; fi
} 2>/dev/null

undo_files() {
  set --
  while read -r number path; do
    may_be_written "$number" || continue
    rm -rf "$path.mlbroute-new" "$path.mlbroute-old"
    if [ -e "$here/old/$number" ] || [ -h "$here/old/$number" ]; then
      restore "$here/old/$number" "$path" || note "$path was not restored"
    else
      rm -f "$path" || note "$path was not removed"
    fi
    [ ! -d "${path%/*}" ] || set -- "$@" "${path%/*}"
  done <"$here/files"
  # A power cut from here on must find all of it on the disk.
  [ $# -eq 0 ] || sync "$@" 2>/dev/null
  true
}

restore() {
  # What the change did not come to needs no room, and no file system that can be written.
  ! is_as_before "$1" "$2" || return 0
  mkdir -p "${2%/*}"
  if ! cp -a "$1" "$2.mlbroute-old"; then
    # A full disk has no room for both.
    rm -f "$2.mlbroute-old" "$2"
    cp -a "$1" "$2.mlbroute-old" || return 1
  fi
  [ -h "$2.mlbroute-old" ] || sync "$2.mlbroute-old"
  mv -f "$2.mlbroute-old" "$2"
} 2>/dev/null

# is_as_before OLD PATH: the very file, or one like it in all that an undo gives back.
is_as_before() {
  if [ -h "$1" ] || [ -h "$2" ]; then [ -h "$1" ] && [ -h "$2" ] && [ "$(readlink "$1")" = "$(readlink "$2")" ]; return; fi
  cmp -s "$1" "$2" && [ "$(stat -c '%a %u %g %Y' "$1")" = "$(stat -c '%a %u %g %Y' "$2")" ]
} 2>/dev/null

# --- waiting

extend() {
  [ ! -h "$here/verdict" ] || { printf 'too late: %s\n' "$(readlink "$here/verdict")"; exit 3; }
  tell_uptime
  printf '%s\n' $((uptime + $1)) >"$here/deadline.new" && mv -f "$here/deadline.new" "$here/deadline"
}

# The deadline may move on while the controller still verifies, so it is read again after each nap. Where there is a verdict already,
# somebody carries it out, or has died at it.
wait_for_deadline() {
  while [ ! -h "$here/verdict" ] && [ -d "$here" ]; do
    deadline=0
    [ -s "$here/deadline" ] && read -r deadline <"$here/deadline"
    tell_uptime
    [ "$uptime" -lt "$deadline" ] || return 0
    sleep 1
  done
  [ -d "$here" ]
}

main() {
  mode=$1 caller=${2:-} trouble='' fate=''
  case $mode in confirm | revert | boot | resolve | again) free_room ;; esac
  case $mode in
    confirm)
      claim confirmed
      if is_confirmed; then conclude; return; fi
      because=''
      [ -h "$here/verdict" ] || because=': its disk takes no confirmation'
      answer=$(conclude) || { printf '%s\n' "$answer"; exit 1; }
      printf 'too late: the host has %s%s\n' "$answer" "$because"
      exit 3
      ;;
    extend) extend "$2" ;;
    timer) if wait_for_deadline; then free_room; claim reverted; conclude; else rm -rf "$state.$id"; fi ;;
    revert | boot | resolve | again) claim reverted; conclude ;;
    *) printf 'usage: %s confirm|extend SECONDS|revert|timer|boot|resolve|again\n' "$0" >&2; exit 2 ;;
  esac
}
main "$@"
