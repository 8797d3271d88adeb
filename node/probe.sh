# Asks the running kernel whether replies would find their way. Read-only, but for a neighbour entry the kernel makes when it asks.
# The controller puts `token=…` before this text and, after it, the function `probes`, then `main </dev/null`.
# shellcheck shell=sh
# shellcheck disable=SC2154  # token is set by the controller

# gateway PLACE DEVICE ADDRESS: makes the kernel itself resolve the gateway (NTF_USE), with the sender address it would really take.
# What it knows from before may be minutes old: in the state "probe" it asks again, and sends on meanwhile.
gateway() {
  case $3 in *:*) await_address "$2" ;; esac
  case $(ip neigh show to "$3" dev "$2") in
    *PERMANENT* | *NOARP*) ;;
    *lladdr*) ip neigh change "$3" dev "$2" nud probe ;;
    *) ip neigh replace "$3" dev "$2" nud none use 2>/dev/null || ip neigh add "$3" dev "$2" nud none use 2>/dev/null ;;
  esac
  tries=0
  while :; do
    answer=$(ip neigh show to "$3" dev "$2")
    case $answer in
      *REACHABLE* | *STALE* | *DELAY* | *PERMANENT* | *NOARP*) printf '%s gateway %s ok %s\n' "$token" "$1" "$answer"; return ;;
      *FAILED*) break ;;
    esac
    tries=$((tries + 1))
    [ "$tries" -gt 20 ] && break
    sleep 0.2
  done
  printf '%s gateway %s silent %s\n' "$token" "$1" "$answer"
}

# A new address says nothing until nobody else is found to have it.
await_address() {
  tries=0
  while [ "$tries" -lt 25 ] && [ -n "$(ip -6 -o address show dev "$1" tentative 2>/dev/null)" ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
}

# reply PLACE ARGUMENTS…: the route a reply would take.
reply() {
  place=$1
  shift
  printf '%s reply %s %s\n' "$token" "$place" "$(ip route get "$@" 2>&1 | head -n 1)"
}

# How many packets the check of sources has dropped since the host started (TcpExt in proc_net_netstat, two lines of names and values).
drops() {
  names=''
  while read -r kind rest; do
    [ "$kind" = TcpExt: ] || continue
    if [ -z "$names" ]; then names=$rest; else break; fi
  done </proc/net/netstat
  # shellcheck disable=SC2086  # a list of numbers
  set -- $rest
  for name in $names; do
    [ "$name" != IPReversePathFilter ] || echo "$1"
    shift
  done
}

# capture SECONDS FILTER: what begins and answers connections meanwhile, a line a packet; by perl, which shows those of all addresses, where tcpdump is not there.
capture() {
  if command -v tcpdump >/dev/null 2>&1; then
    timeout "$1" tcpdump -i any -nn -l "$2" 2>&1
  elif command -v perl >/dev/null 2>&1; then
    timeout "$1" perl -e "$beginnings" 2>&1
  else
    echo absent
  fi | while IFS= read -r line; do
    case $line in
      absent) printf '%s capture absent\n' "$token" ;;
      'listening on '*) printf '%s capture begun\n' "$token" ;;
      *) printf '%s packet %s\n' "$token" "$line" ;;
    esac
  done
}

# A packet socket (packet(7)) for all of ETH_P_ALL, without link headers; it prints as tcpdump does.
# shellcheck disable=SC2016  # perl's own variables
beginnings='
use Socket qw(inet_ntop AF_INET AF_INET6);
$| = 1;
socket(my $all, 17, 2, unpack("n", pack("S", 3))) or die "packet socket: $!\n";
my %name;
for my $file (glob "/sys/class/net/*/ifindex") {
  open my $in, "<", $file or next;
  chomp(my $index = <$in>);
  $name{$index} = (split m{/}, $file)[4];
}
print "listening on any\n";
while (defined(my $from = recv $all, my $packet, 256, 0)) {
  my (undef, undef, $index, undef, $type) = unpack "S n i S C", $from;
  my $version = unpack("C", $packet) >> 4;
  my ($family, $at, $source, $target);
  if ($version == 4 and length $packet >= 40 and unpack("x9 C", $packet) == 6) {
    ($family, $at) = (AF_INET, 4 * (unpack("C", $packet) & 15));
    ($source, $target) = unpack "x12 a4 a4", $packet;
  } elsif ($version == 6 and length $packet >= 60 and unpack("x6 C", $packet) == 6) {
    ($family, $at) = (AF_INET6, 40);
    ($source, $target) = unpack "x8 a16 a16", $packet;
  } else { next }
  my ($sport, $dport, $flags) = unpack "x$at n n x9 C", $packet;
  next unless $flags & 2;
  printf "%s %s IP%s %s.%d > %s.%d: Flags [%s]\n", $name{$index} // "?", $type == 4 ? "Out" : "In ", $version == 6 ? 6 : "",
    inet_ntop($family, $source), $sport, inet_ntop($family, $target), $dport, $flags & 16 ? "S." : "S";
}
'

main() {
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  before=$(drops)
  probes
  printf '%s drops %s\n' "$token" $(($(drops) - before))
  printf '%s end\n' "$token"
}
