# The nodes of a benchmark and the bridges that join them. Runs in network, mount and process namespaces of its own: nothing of this machine's
# network is touched, and all of it ends with this process. Usage: fleet.sh NODES DIRECTORY
# Writes DIRECTORY/controller (its own process id, as seen from outside) and DIRECTORY/nodes/N (that of each node).
# shellcheck shell=sh
set -eu
nodes=$1 directory=$2
here=${0%/*}

# Read through the /proc of this machine, which is still in place here.
read -r pid _ </proc/self/stat

# Every node has the controller at the far end of eth0, and the gateway of the services at the far end of eth1.
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
ip -batch - <<END
link set lo up
link add br0 address 02:77:00:00:00:01 type bridge mcast_snooping 0
link add br1 address 02:78:00:00:00:01 type bridge mcast_snooping 0
address add 10.77.0.1/16 dev br0
address add 1.2.3.1/24 dev br1
link set br0 up
link set br1 up
END
echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
echo 0 >/proc/sys/net/ipv4/conf/br1/rp_filter

number=1
while [ "$number" -le "$nodes" ]; do
  unshare --net --mount --uts --pid --fork --kill-child=KILL sh "$here/node.sh" "$number" "$directory" "$pid" &
  number=$((number + 1))
done

number=1
while [ "$number" -le "$nodes" ]; do
  until [ -s "$directory/nodes/$number" ]; do
    [ ! -e "$directory/failed" ] || exit 1
    sleep 0.02
  done
  printf 'link set a%s master br0 up\nlink set b%s master br1 up\n' "$number" "$number"
  # The kernel keeps about a thousand neighbours for all namespaces together; permanent ones do not count.
  printf 'neigh replace 10.77.%s.%s lladdr 02:77:00:01:%02x:%02x dev br0 nud permanent\n' \
    $((number / 250 + 1)) $((number % 250 + 1)) $((number / 256)) $((number % 256))
  number=$((number + 1))
done >"$directory/links"
ip -batch "$directory/links"
echo "$pid" >"$directory/controller"
wait
