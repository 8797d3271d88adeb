# mlbroute: managed file, edits are undone by the next push
# Brings VLANs, addresses, routes and rules to their state. What is there already stays as it is; what fails is said, and the rest is done.
# shellcheck shell=sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

# A push that waits for its confirmation has its own hands on all of this, unless it asks itself; one that begins meanwhile, too.
asked=${1:-}
yield() { [ "$asked" = during-push ] || [ ! -h /var/lib/mlbroute/pending ] || exit 0; }
yield
failed=0

try() {
  yield
  message=$("$@" 2>&1) && return 0
  # A rule has no `replace`, and this is how the kernel says that it is there.
  case $* in *' rule add '*) case $message in *'File exists'*) return 0 ;; esac ;; esac
  printf '%s: %s\n' "$*" "$message" >&2
  failed=1
}

is_up() { [ -r "/sys/class/net/$1/flags" ] && read -r flags <"/sys/class/net/$1/flags" && [ $((flags & 1)) -eq 1 ]; }

# Whoever configures a device may need a moment after it has said to be ready.
wait_for() {
  while ! is_up "$1" && [ "$patience" -gt 0 ]; do
    patience=$((patience - 1))
    sleep 1
  done
  is_up "$1" || { printf '%s is not up\n' "$1" >&2 && failed=1; }
}

# vlan NAME PARENT ID ADDRGENMODE MTU
vlan() {
  if [ ! -e "/sys/class/net/$1" ]; then
    try ip link add link "$2" name "$1" type vlan id "$3"
    try ip link set "$1" addrgenmode "$4"
    try sysctl -qew "net/ipv6/conf/$1/accept_ra=0"
  fi
  [ -z "$5" ] || try ip link set "$1" mtu "$5"
  is_up "$1" || try ip link set "$1" up
}

# All that is brought here, as it is now: devices first, for one that comes again has another number.
look() {
  for device in br-lan eth0 eth0.100 eth0.100.7; do
    cat "/sys/class/net/$device/ifindex" "/sys/class/net/$device/flags" "/sys/class/net/$device/mtu"
  done
  ip -br address show dev eth0.100
  ip -4 -N route show table 254 exact 10.9.8.0/24
  ip -4 -N route show table 6999
  ip -4 -N route show table 7007
  ip -4 -N route show table 7100
  ip neighbor show dev eth0.100 nud permanent
  ip -4 -N rule show
} 2>&1

# The timer asks often, and nothing is done where all is as the last run left it.
seen=/run/mlbroute-routing.seen
[ ! -r "$seen" ] || [ "$(look)" != "$(cat "$seen")" ] || exit 0
rm -f "$seen"

patience=30
wait_for br-lan
wait_for eth0
vlan eth0.100 eth0 100 none ''
vlan eth0.100.7 eth0.100 7 none '1400'
try ip address replace 1.2.3.7/24 dev eth0.100 noprefixroute
try ip -4 route replace 10.9.8.0/24 dev br-lan scope link table main protocol static
try ip -4 route replace blackhole 1.2.3.0/24 table 6999 protocol static
try ip -4 route replace blackhole 5.6.7.0/25 table 6999 protocol static
try ip -4 route replace 5.6.7.0/25 dev eth0.100.7 scope link table 7007 protocol static
try ip -4 route replace 1.2.3.0/24 dev eth0.100 scope link table 7100 protocol static
try ip -4 route replace default via 5.6.7.1 dev eth0.100.7 onlink table 7007 protocol static
try ip -4 route replace default via 1.2.3.1 dev eth0.100 onlink table 7100 protocol static
try ip neighbor replace 1.2.3.1 lladdr 52:54:00:12:34:56 dev eth0.100 nud permanent
try ip -4 rule add priority 2000 to 1.2.3.0/24 iif eth0.100 lookup 6999 protocol static
try ip -4 rule add priority 2000 to 5.6.7.0/25 iif eth0.100.7 lookup 6999 protocol static
try ip -4 rule add priority 2010 to 10.112.0.0/12 fwmark 0x100/0x1f00 lookup main protocol static
try ip -4 rule add priority 2011 fwmark 0x100/0x1f00 lookup 7100 protocol static
try ip -4 rule add priority 2012 to 10.112.0.0/12 fwmark 0x200/0x1f00 lookup main protocol static
try ip -4 rule add priority 2013 fwmark 0x200/0x1f00 lookup 7007 protocol static
[ "$failed" -ne 0 ] || look >"$seen"
exit "$failed"
