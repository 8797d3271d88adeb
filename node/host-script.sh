# The part of `render --as script` that is the same for all hosts: it brings this host to what the script wants by the very transaction of a push
# (node/apply.sh stands before this text, with `id`, `owner`, `confirm_within` and `preparations`), looks again, and confirms by itself. After this
# text come the functions `wanted` (one thing a line), `wanted_files`, `stage_wanted`, `chain_text`, `record_text` and `transaction_program`,
# the variables `tools`, `parents`, `sure_parents`, `all_is_zero`, `needs_ipvs`, then `run_script "$@"`.
# shellcheck shell=sh
# shellcheck disable=SC2154  # see above
# shellcheck disable=SC2034  # names of columns that are read past
newline='
'
author='"pushedBy":"render --as script"'

# What this script, or an earlier one, brought here: the lines of `wanted` and `wanted_files` at that time.
recorded() { if [ -r "$state/script" ]; then cat "$state/script"; fi; }

stop() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The answers of node/apply.sh. The status 10 says that everything is in place and waits for its confirmation.
say() {
  case $1 in
    step) shift && printf '  %s\n' "$*" ;;
    applied) exit 10 ;;
    armed | wrote) ;;
    *) printf '%s\n' "$*" >&2 ;;
  esac
}

# has_line LIST LINE: whether a list of lines has this one
has_line() { case $newline$1$newline in *"$newline$2$newline"*) ;; *) return 1 ;; esac; }

# --- what the script was made for, and what this host is

check_host() {
  [ "$(id -u)" = 0 ] || stop 'only root can do this'
  missing=''
  for program in ip sysctl systemctl systemd-run sha256sum stat $tools; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
  done
  [ -z "$missing" ] || stop "programs are missing:$missing"
  [ ! -e "$state/manifest.json" ] || grep -q "$author" "$state/manifest.json" ||
    stop 'mlbroute pushed to this host over SSH: push from there, or take that away first (mlbroute remove)'
  [ ! -e "$state/manifest.json" ] || [ -r "$state/script" ] || stop "$state/script is gone, so nobody knows what is to go: push over SSH"
}

# Nobody looked at this host when the script was made; what was taken for granted is looked at now.
check_assumptions() {
  # Pins that keep other interfaces as strict as before would need their names, which a script cannot know.
  if [ "$all_is_zero" = yes ]; then
    read -r all </proc/sys/net/ipv4/conf/all/rp_filter
    [ "$all" = 0 ] || stop "net.ipv4.conf.all.rp_filter is $all here, and the script was made for 0: push over SSH, which keeps the other interfaces as strict as they are"
  fi
  if [ "$needs_ipvs" = yes ] && [ ! -e /sys/class/net/kube-ipvs0 ]; then
    if iptables -w 5 -t nat -S PREROUTING 2>/dev/null | grep -q KUBE-SERVICES; then
      stop 'kube-proxy is in iptables mode here, where a return path by source address never matches: return_path: mark'
    fi
  fi
  case $(wanted_files) in
    *mlbroute-routing.service*)
      [ ! -e /run/systemd/netif/state ] || stop 'systemd-networkd runs here, and it undoes what a unit beside it brings up: renderer: networkd'
      ;;
  esac
  while read -r device file; do
    [ -n "$device" ] || continue
    number=$(ip -o link show dev "$device" 2>/dev/null) || stop "there is no interface $device"
    found=$(sed -n 's/^NETWORK_FILE=//p' "/run/systemd/netif/links/${number%%:*}" 2>/dev/null)
    [ "${found##*/}" = "$file" ] || { [ -z "$found" ] && [ "$sure_parents" = yes ]; } ||
      stop "networkd configures $device by ${found:-no file at all}, and the script was made for $file: say networkd_parent_file in the inventory"
  done <<LIST
$parents
LIST
}

# --- comparing: `todo` and `gone` are lines, files are apart

look() {
  todo='' gone='' todo_files='' gone_files='' slots=''
  while read -r line; do
    [ -n "$line" ] || continue
    slot_of "$line"
    slots=$slots$slot$newline
    has "$line" || todo=$todo$line$newline
  done <<LIST
$(wanted)
LIST
  while read -r line; do
    [ -n "$line" ] || continue
    slot_of "$line"
    slots=$slots$slot$newline
    is_file_there "$line" || todo_files=$todo_files${line##* }$newline
  done <<LIST
$(wanted_files)
LIST
  made=$(sed -n 's/.*"links":\[\([^]]*\)\]}$/\1/p' "$state/manifest.json" 2>/dev/null)
  while read -r line; do
    [ -n "$line" ] || continue
    slot_of "$line"
    if has_line "$slots" "$slot"; then continue; fi
    case $line in
      file\ *) if [ -e "${line##* }" ] || [ -h "${line##* }" ]; then gone_files=$gone_files${line##* }$newline; fi ;;
      # A VLAN that was there before us stays when we go.
      link\ *) case $made in *"\"${slot#link }\""*) if remains "$line"; then gone=$line$newline$gone; fi ;; esac ;;
      *) if remains "$line"; then gone=$line$newline$gone; fi ;;
    esac
  done <<LIST
$(recorded)
LIST
  is_same_record=yes
  [ "$(recorded)" = "$(wanted && wanted_files)" ] || is_same_record=''
}

# Where the kernel, or the disk, has one thing at a time.
slot_of() {
  # shellcheck disable=SC2086  # one word a field
  set -- $1
  case $1 in
    link | sysctl) slot="$1 $2" ;;
    neighbor) slot="$1 $2 $6" ;;
    chain) slot="$1 $2 $3 $4" ;;
    file) slot="file $4" ;;
    route)
      slot="$1 $2 $3"
      if [ "$3" = blackhole ]; then slot="$1 $2 $4"; fi
      while [ $# -gt 1 ] && [ "$1" != table ]; do shift; done
      slot="$slot $2"
      ;;
    *) slot="$*" ;;
  esac
}

# file MODE SHA256 PATH, or for a link: file link TARGET PATH
is_file_there() {
  # shellcheck disable=SC2086
  set -- $1
  if [ "$2" = link ]; then
    [ "$(readlink "$4")" = "$3" ]
  else
    { [ -f "$4" ] && [ ! -h "$4" ] && [ "$(stat -c '%a %U %G' "$4")" = "${2#0} root root" ] && printf '%s  %s\n' "$3" "$4" | sha256sum -c; } >/dev/null 2>&1
  fi
}

# A broad .network file that networkd has read would take a new VLAN at once; `reloads` are the shields against it that networkd has yet
# to read. A file of ours that it has in memory, and that is gone or another by now, would do so as well.
find_shields() {
  shields='' reloads=''
  [ -e /run/systemd/netif/state ] || return 0
  started=/run/systemd/units/invocation:systemd-networkd.service
  loaded=$(busctl --list tree org.freedesktop.network1 2>/dev/null)
  while read -r kind name rest; do
    if [ "$kind" != link ] || [ -e "/sys/class/net/$name" ]; then continue; fi
    held_off=''
    if is_loaded "_300_2dmlbroute_2d" "$name"; then held_off=yes; fi
    own=/etc/systemd/network/05-mlbroute-$name.network
    if [ -z "$held_off" ] && is_loaded "_305_2dmlbroute_2d" "$name" && { [ ! -e "$own" ] || [ -n "$(find "$own" -newer "$started")" ]; }; then
      stop "networkd has $own in memory as it was when it last read its files, and would configure a new $name by it: restart this host first"
    fi
    if [ -e "/run/systemd/network/00-mlbroute-$name.network" ] || ! is_grabbed "$name"; then continue; fi
    shields="$shields $name"
    [ -n "$held_off" ] || reloads="$reloads $name"
  done <<LIST
$todo
LIST
  if [ -n "$reloads" ] && [ -h "$started" ]; then
    unread=$(
      find /etc/systemd/network /run/systemd/network /etc/netplan -newer "$started" \
        \( -type f -o -type d -path '/etc/systemd/network*' \) 2>/dev/null
    )
    [ -z "$unread" ] || stop "keeping networkd off$reloads takes a reload, which would also put into effect what changed since networkd started: $unread"
  fi
}

# is_loaded PREFIX NAME: whether networkd has a file of this name in memory, by its escapes on the bus
is_loaded() {
  case "$loaded$newline" in
    */org/freedesktop/network1/network/"$1$(printf %s "$2" | sed 's/_/_5f/g;s/-/_2d/g;s/\./_2e/g;s/:/_3a/g;s/@/_40/g')$newline"*) ;;
    *) return 1 ;;
  esac
}

# needs_reload NAME
needs_reload() { case " $reloads " in *" $1 "*) ;; *) return 1 ;; esac; }

# As networkd reads `[Match] Name=`: a glob with ! that matches rules a link out, and where there are only such, all the rest is taken.
is_grabbed() {
  for file in /etc/systemd/network/*.network /run/systemd/network/*.network /usr/lib/systemd/network/*.network /lib/systemd/network/*.network; do
    case $file in *mlbroute*) continue ;; esac
    [ -r "$file" ] || continue
    globs=$(sed -n '/^\[Match\]/,/^\[[^M]/s/^Name[[:blank:]]*=//p' "$file" | tr '\n' ' ')
    verdict=''
    set -f
    for glob in $globs; do
      case $glob in
        !*) # shellcheck disable=SC2254  # a glob it is
          case $1 in ${glob#!}) verdict=no ;; *) verdict=${verdict:-rest} ;; esac ;;
        *) # shellcheck disable=SC2254
          case $1 in $glob) [ "$verdict" = no ] || verdict=yes ;; *) case $verdict in '' | rest) verdict=none ;; esac ;; esac ;;
      esac
    done
    set +f
    case $verdict in yes | rest) return 0 ;; esac
  done
  return 1
}

# --- the functions that node/apply.sh calls

expect() { :; }

stage() {
  file_number=0
  while read -r path; do
    [ -n "$path" ] || continue
    file_number=$((file_number + 1))
    if has_line "$gone_files" "$path"; then stage_removal "$file_number" "$path"; else stage_wanted "$file_number" "$path"; fi
  done <<LIST
$todo_files$gone_files
LIST
  if [ -z "$is_same_record" ] && [ -z "$is_removal" ]; then
    stage_file $((file_number + 1)) 0600 "$state/script" "$(wanted && wanted_files)$newline"
  fi
  count=0
  for name in $shields; do
    count=$((count + 1))
    undo "$count" "try rm -f /run/systemd/network/00-mlbroute-$name.network
$(needs_reload "$name" && echo try networkctl reload)
"
  done
  for unit in $gone_units; do
    count=$((count + 1))
    undo "$count" "try systemctl start $unit$newline"
  done
  while read -r line; do
    [ -n "$line" ] || continue
    count=$((count + 1))
    undo_text=$(undo_of "$line") || refuse refused "cannot tell how to undo $line"
    undo "$count" "$undo_text$newline"
  done <<LIST
$todo$gone
LIST
  # The step before these has systemd read its files.
  for unit in $todo_units; do
    count=$((count + 1))
    systemctl is-active -q "$unit" || undo $((count + 1)) "try systemctl stop $unit$newline"
  done
}

prepare() {
  count=0
  for name in $shields; do
    count=$((count + 1))
    step "$count" "+ networkd leaves $name alone until the next boot"
    run install -D -m 0644 /dev/stdin "/run/systemd/network/00-mlbroute-$name.network" <<SHIELD
[Match]
Name=$name

[Link]
Unmanaged=yes
SHIELD
    if needs_reload "$name"; then run networkctl reload; fi
    end_step
  done
  # Without its file a unit can be stopped no more.
  for unit in $gone_units; do
    count=$((count + 1))
    step "$count" "- $unit runs"
    run systemctl stop "$unit"
    # What the timer's service remembers of its last run.
    run rm -f /run/mlbroute-routing.seen
    end_step
  done
}

steps() {
  count=$preparations
  carry_out + make "$todo"
  carry_out - unmake "$gone"
  case $todo_files$gone_files in
    *"/etc/systemd/system/"*)
      count=$((count + 1))
      step "$count" '~ systemd reads its unit files again'
      run systemctl daemon-reload
      end_step
      ;;
  esac
  for unit in $todo_units; do
    count=$((count + 1))
    step "$count" "+ $unit runs"
    run systemctl start "$unit"
    end_step
  done
}

# units_among FILES: units of ours that are active for good, and so from now on and not only from the next boot
units_among() {
  printf '%s' "$1" | sed -n 's#^/etc/systemd/system/\(mlbroute-[a-z]*\.timer\|mlbroute-iptables\.service\|mlbroute-nftables\.service\)$#\1#p' | tr '\n' ' '
}

# carry_out SIGN DO LIST: a step for each line
carry_out() {
  while read -r line; do
    [ -n "$line" ] || continue
    count=$((count + 1))
    step "$count" "$1 $line"
    "$2" "$line"
    end_step
  done <<LIST
$3
LIST
}

# The record of a push: audit reads it, and a push over SSH goes on from it.
manifest() {
  [ -z "$is_removal" ] || return 0
  generation=$(sed -n 's/.*"generation":\([0-9]*\).*/\1/p' "$state/manifest.json" 2>/dev/null | head -n 1)
  {
    printf '{"version":1,"generation":%s,%s,' $((${generation:-0} + 1)) "$author"
    record_text
    printf '"sysctlsBefore":{'
    wanted | values_before
    printf '},"links":['
    wanted | links_made
    printf ']}'
  } | tr -d '\n'
  echo
}

# A key that the last record wanted and has no value from before came with a device that mlbroute made.
values_before() {
  comma=''
  while read -r kind key rest; do
    [ "$kind" = sysctl ] || continue
    value=$(value_before "$key")
    if [ -z "$value" ] && ! recorded | grep -q "^sysctl $key "; then value=$(cat "/proc/sys/$key" 2>/dev/null); fi
    [ -z "$value" ] || printf '%s"%s":"%s"' "$comma" "$key" "$value"
    [ -z "$value" ] || comma=,
  done
}

value_before() { sed -n "s|.*\"sysctlsBefore\":{[^}]*\"$1\":\"\([^\"]*\)\".*|\1|p" "$state/manifest.json" 2>/dev/null; }

links_made() {
  comma=''
  while read -r kind name rest; do
    [ "$kind" = link ] || continue
    case $made in *"\"$name\""*) ;; *) [ ! -e "/sys/class/net/$name" ] || continue ;; esac
    printf '%s"%s"' "$comma" "$name"
    comma=,
  done
}

# --- from the first look to the confirmation

run_script() {
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  is_removal='' only_check=''
  case $# in 0) set -- apply ;; esac
  case $1 in
    apply) ;;
    --check) only_check=yes ;;
    --remove)
      is_removal=yes
      wanted() { :; }
      wanted_files() { :; }
      ;;
    *) printf 'usage: %s [--check | --remove]\n' "$0" >&2 && exit 64 ;;
  esac
  check_host
  [ -n "$is_removal" ] || check_assumptions
  look
  if is_done; then
    echo unchanged
    exit 0
  fi
  find_shields
  if [ -n "$only_check" ]; then
    tell_changes
    exit 2
  fi
  todo_units=$(units_among "$todo_files") gone_units=$(units_among "$gone_files")
  preparations=0
  for name in $shields $gone_units; do preparations=$((preparations + 1)); done
  (main </dev/null)
  [ $? -eq 10 ] || stop 'nothing was changed, or everything was put back; see above'
  look
  if [ -n "$todo$gone$todo_files$gone_files" ]; then
    tell_changes >&2
    sh "$here/transaction" revert "$$" >&2
    stop 'not all of it was there after it had been made, so everything was put back'
  fi
  answer=$(sh "$here/transaction" confirm) || stop "$answer"
  if [ -n "$is_removal" ]; then echo removed; else echo changed; fi
}

# A record that is not there, or tells of something else, is to be written even where all else is in place.
is_done() {
  [ -z "$todo$gone$todo_files$gone_files" ] || return 1
  if [ -n "$is_removal" ]; then [ ! -e "$state/manifest.json" ]; else [ -n "$is_same_record" ] && [ -e "$state/manifest.json" ]; fi
}

tell_changes() {
  for name in $shields; do printf '  + networkd leaves %s alone until the next boot\n' "$name"; done
  printf '%s' "$todo_files" | sed 's/^/  + /'
  printf '%s' "$gone_files" | sed 's/^/  - /'
  printf '%s' "$todo" | sed 's/^/  + /'
  printf '%s' "$gone" | sed 's/^/  - /'
}
