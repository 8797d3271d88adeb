#!/bin/sh
# endpoint.sh ADDRESS[,ADDRESS...] [GATEWAY]   (inside a client's namespace, whose eth0 network.sh has made)
set -eu
addresses=$1 gateway=${2:-}
for setting in ip_forward=0 conf.all.rp_filter=0 conf.default.rp_filter=0 conf.eth0.rp_filter=0 conf.all.arp_ignore=0; do
  sysctl -qw "net.ipv4.$setting"
done
ip link set lo up
ip link set eth0 up
echo "$addresses" | tr , '\n' | while read -r address; do ip address add "$address" dev eth0; done
[ -z "$gateway" ] || ip route add default via "$gateway"
