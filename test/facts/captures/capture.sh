#!/bin/sh
# Writes routes.txt, rules.txt and addresses.txt anew, as this machine's iproute2 prints them, in a network namespace of its own:
#   unshare -n sh capture.sh
# addresses-by-hand.txt has what this kernel cannot make (VLAN, bond, VRF), in the shape of the same program.
set -e
cd "$(dirname "$0")"
ip link set lo up
for i in 0 1; do
  ip link add "eth$i" type veth peer name "peer$i"
  ip link set "eth$i" addrgenmode none up
  ip link set "peer$i" addrgenmode none up
done
ip link add br0 type bridge
ip link set br0 addrgenmode none
ip link set peer1 master br0
ip link set eth1 mtu 1400
ip address add 192.168.1.10/24 dev eth0
ip address add 192.168.1.11/24 dev eth0
ip address add 10.9.9.1 peer 10.9.9.2/32 dev eth1
ip -6 address add 2001:db8::10/64 dev eth0 nodad

ip route add default via 192.168.1.1 protocol dhcp metric 1024
ip route add 10.1.0.0/16 nexthop via 192.168.1.2 nexthop via 192.168.1.3
ip route add unreachable 10.2.0.0/16
ip route add prohibit 10.3.0.0/16
ip route add throw 10.4.0.0/16 table 7100
ip route add blackhole 1.2.3.0/24 table 6999 protocol static
ip route add 1.2.3.0/24 dev eth1 scope link table 7100 protocol static
ip route add default via 1.2.3.1 dev eth1 table 7100 protocol static
ip route add 1.2.4.0/24 via 9.9.9.9 dev eth1 onlink table 7100 protocol static
ip route add 1.2.5.5 dev eth1 table 7100
ip route add 1.2.6.0/24 dev eth1 table 7100 metric 50
ip route add 1.2.7.0/24 dev eth1 table 7100 tos 0x10
ip route add 1.2.8.0/24 via inet6 fe80::1 dev eth1 table 7100
ip route add 1.2.9.0/24 dev eth1 src 192.168.1.10 table 4294967295 mtu 1400 protocol 99
ip nexthop add id 5 via 192.168.1.9 dev eth0
ip route add 1.2.10.0/24 nhid 5
ip -p -N -4 -j route show table all >routes.txt

rule() { ip rule add priority "$@"; }
rule 10 not from 1.2.3.0/24 lookup 100
rule 11 fwmark 0x100 lookup 100
rule 12 fwmark 0x100/0x1f00 lookup 100 protocol static
rule 13 oif eth1 lookup 100
rule 14 iif eth1 to 1.2.3.0/24 lookup 6999 protocol kernel
rule 15 lookup main suppress_prefixlength 0
rule 16 l3mdev
rule 17 goto 100
rule 18 tos 0x10 lookup 100
rule 19 ipproto tcp dport 80 lookup 100
rule 20 uidrange 0-10 lookup 100
rule 21 from 1.2.3.4 unreachable
rule 22 from 1.2.3.4 blackhole
rule 23 from 1.2.3.4 prohibit
rule 24 lookup 100 suppress_ifgroup 3
rule 25 iif eth9 lookup 7100 protocol 99
rule 26 lookup 100 tun_id 7
rule 27 lookup 100 realms 3/4
rule 28 fwmark 0/0xff lookup 100
rule 29 from 0.0.0.0/8 lookup 100
rule 30 sport 1-5 lookup 100
rule 31 fwmark 0x80000000/0x80000000 from 1.2.3.4 to 10.0.0.0/8 lookup 4294967295
rule 100 nop
ip -p -d -N -4 -j rule show >rules.txt
ip -p -j -d address show >addresses.txt
