# What a host script can bring to the running kernel, kind by kind: whether it is there (has), how to bring it (make), how to take it away
# (unmake), and the commands that lead back to what is there now (undo). A thing is a line of words, its kind first.
# node/apply.sh has the function `run`, node/host-script.sh calls these.
# shellcheck shell=sh
# shellcheck disable=SC2154  # state, newline and `wanted` are of node/host-script.sh
# shellcheck disable=SC2086  # a line is split into its words

has() { set -- $1 && "has_$1" "$@"; }
make() { set -- $1 && "make_$1" "$@"; }
unmake() { set -- $1 && "unmake_$1" "$@"; }
undo_of() { set -- $1 && "undo_$1" "$@"; }

# Whether there is anything to take away of what an earlier script brought.
remains() {
  set -- $1
  case $1 in
    link) [ -e "/sys/class/net/$2" ] ;;
    sysctl) value=$(value_before "$2") && [ -n "$value" ] && [ "$(cat "$(setting "$2")" 2>/dev/null)" != "$value" ] ;;
    chain) if [ "$2" = nft ]; then [ -n "$(listing "$4")" ]; else "$2" -w 10 -t "$3" -S "$4" >/dev/null 2>&1; fi ;;
    *) "has_$1" "$@" ;;
  esac
}

# --- link NAME PARENT ID MTU ADDRGENMODE: a VLAN; the MTU of its parent is said as -

has_link() {
  [ -e "/sys/class/net/$2" ] && is_vlan "$@" && is_up "$2" && { [ "$5" = - ] || [ "$(cat "/sys/class/net/$2/mtu")" = "$5" ]; } &&
    { [ "$6" != eui64 ] || speaks_ipv6 "$2"; }
}

speaks_ipv6() { [ -n "$(ip -6 -o address show dev "$1" scope link 2>/dev/null)" ]; }

is_up() { [ $(($(cat "/sys/class/net/$1/flags") & 1)) -eq 1 ]; }

is_vlan() { case $(ip -d link show dev "$2" 2>/dev/null) in *" $2@$3: "*" vlan protocol 802.1Q id $4 "*) ;; *) return 1 ;; esac; }

make_link() {
  if [ -e "/sys/class/net/$2" ]; then
    is_vlan "$@" || fail "$2 is there and is not VLAN $4 of $3"
    # Only a change of the setting makes an address at once.
    if [ "$6" = eui64 ] && ! speaks_ipv6 "$2"; then
      run ip link set "$2" addrgenmode none
      run sysctl -qw "net/ipv6/conf/$2/addr_gen_mode=0"
    fi
  else
    run ip link add link "$3" name "$2" type vlan id "$4"
    # As networkd does for LinkLocalAddressing.
    run ip link set "$2" addrgenmode "$6"
    run sysctl -qew "net/ipv6/conf/$2/accept_ra=0"
  fi
  [ "$5" = - ] || run ip link set "$2" mtu "$5"
  run ip link set "$2" up
  # udev applies sysctl.d to a new device.
  if command -v udevadm >/dev/null; then udevadm settle --timeout=5 || true; fi
}

unmake_link() {
  run ip link delete "$2"
  run rm -f "/run/systemd/network/00-mlbroute-$2.network"
}

undo_link() {
  if [ ! -e "/sys/class/net/$2" ]; then
    echo "try ip link delete $2"
    return
  fi
  # Whether it goes or changes, this is what it was.
  echo "try ip link add link $3 name $2 type vlan id $4"
  if speaks_ipv6 "$2"; then echo "try ip link set $2 addrgenmode eui64"; else echo "try ip link set $2 addrgenmode none"; fi
  echo "try ip link set $2 mtu $(cat "/sys/class/net/$2/mtu")"
  if is_up "$2"; then echo "try ip link set $2 up"; else echo "try ip link set $2 down"; fi
  for setting in rp_filter src_valid_mark; do
    echo "try sysctl -qw net/ipv4/conf/$2/$setting=$(cat "/proc/sys/net/ipv4/conf/$2/$setting")"
  done
}

# --- sysctl KEY VALUE

setting() { printf '%s' "/proc/sys/$1"; }

has_sysctl() {
  file=$(setting "$2")
  shift 2
  [ "$(tr '\t' ' ' 2>/dev/null <"$file")" = "$*" ]
}

make_sysctl() {
  key=$2
  shift 2
  run sysctl -qw "$key=$*"
}

# The value from before mlbroute; the key of a device that is gone is gone.
unmake_sysctl() {
  value=$(value_before "$2")
  [ -z "$value" ] || [ ! -e "$(setting "$2")" ] || run sysctl -qw "$2=$value"
}

undo_sysctl() {
  [ -e "$(setting "$2")" ] || { echo : && return; }
  echo "try sysctl -qw '$2=$(cat "$(setting "$2")")'"
}

# --- address ADDRESS/LENGTH dev DEVICE noprefixroute

has_address() { ip -o address show dev "$4" 2>/dev/null | grep -qF " $2 "; }

make_address() { shift && run ip address replace "$@"; }

# With its last address an interface loses its routes and neighbours.
unmake_address() {
  run ip address delete "$2" dev "$4"
  while read -r other; do
    case $other in address* | route* | neighbor*) has "$other" || make "$other" ;; esac
  done <<LIST
$(wanted)
LIST
}

undo_address() {
  if has_address "$@"; then echo "try ip address replace $2 dev $4 noprefixroute"; else echo "try ip address delete $2 dev $4"; fi
  ip -4 route show table all dev "$4" 2>/dev/null | grep -v 'proto kernel ' | sed -e 's/ *linkdown//' -e "s/.*/try ip -4 route replace & dev $4/"
  ip -4 neighbor show nud permanent dev "$4" 2>/dev/null | sed "s/\([^ ]*\) lladdr \([^ ]*\).*/try ip neighbor replace \1 lladdr \2 dev $4 nud permanent/"
}

# --- neighbor ADDRESS lladdr MAC dev DEVICE nud permanent

has_neighbor() { ip neighbor show to "$2" dev "$6" nud permanent 2>/dev/null | grep -qF "lladdr $4 "; }

make_neighbor() { shift && run ip neighbor replace "$@"; }

unmake_neighbor() { run ip neighbor delete "$2" dev "$6"; }

undo_neighbor() {
  mac=$(ip neighbor show to "$2" dev "$6" nud permanent 2>/dev/null | sed -n 's/.*lladdr \([^ ]*\) .*/\1/p')
  if [ -n "$mac" ]; then echo "try ip neighbor replace $2 lladdr $mac dev $6 nud permanent"; else echo "try ip neighbor delete $2 dev $6"; fi
}

# --- route -4|-6 WORDS table TABLE protocol PROTOCOL, the words of ip-route(8)

# The routes of the same destination and table, as the kernel tells them.
routes_beside() {
  family=$2 destination=$3
  if [ "$3" = blackhole ]; then destination=$4; fi
  while [ "$1" != table ]; do shift; done
  ip "$family" route show exact "$destination" table "$2" 2>/dev/null
}

# ip(8) prints a single address without its length.
without_length() { case $1 in *.*/32 | *:*/128) echo "${1%/*}" ;; *) echo "$1" ;; esac; }

has_route() {
  beside=$(routes_beside "$@")
  shift 2
  expected=''
  while [ "$1" != table ]; do
    # The scope of a route without a gateway is told by its number.
    case $1 in scope | link | onlink) ;; *) expected="$expected $(without_length "$1")" ;; esac
    shift
  done
  case " $beside " in *"$expected "*) ;; *) return 1 ;; esac
}

make_route() {
  # One that the record has is replaced in place; one of others is in the way, and says so.
  slot_of "$*"
  verb=add slot_wanted=$slot
  while read -r other; do
    slot_of "$other"
    if [ "$slot" = "$slot_wanted" ]; then verb=replace; fi
  done <<LIST
$(recorded | grep '^route ')
LIST
  family=$2
  shift 2
  run ip "$family" route "$verb" "$@"
}

unmake_route() {
  family=$2
  shift 2
  run ip "$family" route delete "$@"
}

undo_route() {
  beside=$(routes_beside "$@")
  family=$2
  table=$(echo "$*" | sed 's/.* table \([^ ]*\).*/\1/')
  shift 2
  if [ -z "$beside" ]; then echo "try ip $family route delete $*"; else echo "try ip $family route replace $beside table $table" | sed 's/ *linkdown//'; fi
}

# --- rule -4|-6 priority PRIORITY [from NET] [to NET] [iif DEVICE] [fwmark MARK] lookup TABLE protocol PROTOCOL

# As ip(8) prints a rule; it leaves out a mask of all bits.
rule_text() {
  from=all to='' iif='' mark='' table=''
  shift 2
  while [ $# -gt 1 ]; do
    case $1 in
      priority) priority=$2 ;;
      from) from=$(without_length "$2") ;;
      to) to=" to $(without_length "$2")" ;;
      iif) iif=" iif $2" ;;
      fwmark) mark=" fwmark ${2%/0xffffffff}" ;;
      lookup) if [ "$2" = main ]; then table=254; else table=$2; fi ;;
    esac
    shift 2
  done
  printf '%s: from %s%s%s%s lookup %s' "$priority" "$from" "$to" "$mark" "$iif" "$table"
}

has_rule() {
  text=$(rule_text "$@")
  ip -N "$2" rule show priority "$4" 2>/dev/null | tr '\t' ' ' | sed -e 's/ \[detached\]//' -e 's/ proto .*//' -e 's/ *$//' | grep -qxF "$text"
}

make_rule() {
  family=$2
  shift 2
  run ip "$family" rule add "$@"
}

unmake_rule() {
  family=$2
  shift 2
  run ip "$family" rule delete "$@"
}

undo_rule() {
  if has_rule "$@"; then verb=add; else verb=delete; fi
  family=$2
  shift 2
  echo "try ip $family rule $verb $*"
}

# --- chain iptables|ip6tables|nft TABLE NAME HOOK [DIGEST]; `chain_text` has what makes it, for iptables-restore or nft

rules_now() { "$2-save" -t "$3" 2>/dev/null | sed -n "s/^-A $4 /-A $4 /p"; }

is_hooked() { "$2" -w 10 -t "$3" -S "$5" 2>/dev/null | grep -qxF -e "-A $5 -j $4"; }

listing() { nft -s list chain inet mlbroute "$1" 2>/dev/null; }

has_chain() {
  if [ "$2" = nft ]; then
    # nft prints a chain in other words than it takes: so what it printed when the chain was made is kept.
    listed=$(listing "$4") && [ -r "$state/chain-$4" ] && [ "$listed" = "$(cat "$state/chain-$4")" ] && recorded | grep -qxF "$*"
  else
    [ "$(rules_now "$@")" = "$(chain_text "$2" "$3" "$4" | grep '^-A')" ] && is_hooked "$@"
  fi
}

make_chain() {
  text=$(chain_text "$2" "$3" "$4")
  if [ "$2" = nft ]; then
    run nft -f /dev/stdin <<TEXT
$text
TEXT
    # For the look before the confirmation.
    listing "$4" >"$state/chain-$4"
    return
  fi
  if is_hooked "$@"; then text=$(printf '%s\n' "$text" | grep -v '^-I'); fi
  run "$2-restore" -w 10 --noflush <<TEXT
$text
TEXT
}

unmake_chain() {
  if [ "$2" = nft ]; then
    run nft delete chain inet mlbroute "$4"
    nft list table inet mlbroute | grep -q 'chain ' || run nft delete table inet mlbroute
    run rm -f "$state/chain-$4"
    return
  fi
  if is_hooked "$@"; then run "$2" -w 10 -t "$3" -D "$5" -j "$4"; fi
  run "$2" -w 10 -t "$3" -F "$4"
  run "$2" -w 10 -t "$3" -X "$4"
}

undo_chain() {
  if [ "$2" = nft ]; then
    before=$(listing "$4")
    echo "try nft delete chain inet mlbroute $4"
    [ -z "$before" ] || printf "try nft -f /dev/stdin <<'stdin-end'\n%s\nstdin-end\n" "$before"
    return
  fi
  if ! "$2" -w 10 -t "$3" -S "$4" >/dev/null 2>&1; then
    echo "try $2 -w 10 -t $3 -D $5 -j $4"
    echo "try $2 -w 10 -t $3 -F $4"
    echo "try $2 -w 10 -t $3 -X $4"
    return
  fi
  echo "try $2 -w 10 -t $3 -D $5 -j $4"
  echo "try $2-restore -w 10 --noflush <<'stdin-end'"
  printf '*%s\n:%s - [0:0]\n' "$3" "$4"
  rules_now "$@"
  if is_hooked "$@"; then echo "-I $5 1 -j $4"; fi
  printf 'COMMIT\nstdin-end\n'
}
