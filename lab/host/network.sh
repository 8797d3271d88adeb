#!/bin/sh
# network.sh CLIENT_PID ONLINK_PID NODE_TAP...   (inside the lab's network namespace, which is switch, controller and default gateway in one)
# br0 is the node LAN, a plain bridge that passes 802.1Q tags as they are; br1 is the outside. The gateway 192.168.1.1 has no way to the
# outside: a reply that takes the default route is seen on br0, and lost.
set -eu
client=$1 onlink=$2
shift 2
echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables 2> /dev/null || true
# A new namespace inherits these from the host.
for setting in ip_forward=0 conf.all.rp_filter=0 conf.default.rp_filter=0 conf.all.arp_ignore=0 conf.default.arp_ignore=0; do
  sysctl -qw "net.ipv4.$setting"
done
ip -batch - <<EOF
link set lo up
link add br0 type bridge stp_state 0 forward_delay 0
link add br1 type bridge stp_state 0 forward_delay 0
link set br0 up
link set br1 up
addr add 192.168.1.1/24 dev br0
link add to-client type veth peer name eth0 netns $client
link set to-client master br1 up
link add to-onlink type veth peer name eth0 netns $onlink
link set to-onlink master br0 up
EOF
tap() { # NAME BRIDGE
  ip tuntap add "$1" mode tap vnet_hdr
  ip link set "$1" master "$2" up
}
tap tap-router0 br0
tap tap-router1 br1
for name in "$@"; do tap "$name" br0; done
