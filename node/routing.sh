# All that decides about a packet's route, read-only: rules and routes of both families, and what judges source addresses.
# The controller puts `token=…` before this text; every section of the answer starts with a line "$token NAME".
# shellcheck shell=sh
# shellcheck disable=SC2154  # token is set by the controller

section() { printf '%s %s\n' "$token" "$1"; }

# One function, called on the last line: a program cut off on its way does nothing at all.
main() {
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  section rules-ipv4; ip -N -4 -j rule show
  section routes-ipv4; ip -N -4 -j route show table all
  # A kernel without IPv6 refuses both; the sections are empty then.
  section rules-ipv6; ip -N -6 -j rule show 2>/dev/null
  section routes-ipv6; ip -N -6 -j route show table all 2>/dev/null
  section settings
  for setting in rp_filter src_valid_mark accept_local forwarding; do grep -H . /proc/sys/net/ipv4/conf/*/"$setting"; done
  section forwarding-ipv6
  [ -r /proc/sys/net/ipv6/conf/all/forwarding ] && cat /proc/sys/net/ipv6/conf/all/forwarding
  section end
}
main </dev/null
