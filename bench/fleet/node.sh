# One node: the first process of network, mount, host name and process namespaces of its own, with this machine's root under an overlay that
# keeps what is written in memory, and a real sshd. Usage: node.sh NUMBER DIRECTORY CONTROLLER
# shellcheck shell=sh
set -eu
number=$1 directory=$2 controller=$3
trap 'echo "node $number" >"$directory/failed"' EXIT
low=$((number % 250 + 1)) high=$((number / 250 + 1))
mac=$(printf '%02x:%02x' $((number / 256)) $((number % 256)))
read -r pid _ </proc/self/stat

echo "n$number" >/proc/sys/kernel/hostname
ip -batch - <<END
link set lo up
link add eth0 address 02:77:00:01:$mac type veth peer name a$number netns /proc/$controller/ns/net
link add eth1 address 02:78:00:01:$mac type veth peer name b$number netns /proc/$controller/ns/net
link set eth0 addrgenmode none
link set eth1 addrgenmode none
link set eth0 up
link set eth1 up
address add 10.77.$high.$low/16 dev eth0
route add default via 10.77.0.1
neigh add 10.77.0.1 lladdr 02:77:00:00:00:01 dev eth0 nud permanent
END

memory=$directory/memory root=$directory/memory/root
mount -t tmpfs tmpfs "$memory"
mkdir "$memory/upper" "$memory/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$memory/upper,workdir=$memory/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
# Every login would run what the people of this machine keep there.
mount -t tmpfs -o mode=700 tmpfs "$root/root"

mkdir -p "$root/run/sshd" "$root/run/systemd/system" "$root/run/systemd/netif/links"
rm -rf "$root/etc/mlbroute" "$root/etc/systemd/network" "$root/etc/systemd/networkd.conf.d" "$root/var/lib/mlbroute"
mkdir -p "$root/etc/systemd/network" "$root/etc/systemd/system/multi-user.target.wants"
# Networkd is enabled, as it is where it runs.
ln -sf /lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
cp "$directory/stand-in" "$root/usr/local/sbin/systemctl"
cp "$directory/stand-in" "$root/usr/local/sbin/systemd-run"
: >"$root/run/systemd/netif/state"
for link in eth0 eth1; do
  read -r index <"$root/sys/class/net/$link/ifindex"
  printf '[Match]\nName=%s\n' "$link" >"$root/etc/systemd/network/10-$link.network"
  echo "NETWORK_FILE=/etc/systemd/network/10-$link.network" >"$root/run/systemd/netif/links/$index"
done

echo "$pid" >"$directory/nodes/$number.new"
mv "$directory/nodes/$number.new" "$directory/nodes/$number"
# Requests for the services come in by eth1, whose answers would leave by eth0: a push has something to lower here.
echo 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter

trap - EXIT
exec chroot "$root" /usr/sbin/sshd -D -e -f "$directory/sshd_config" 2>"$directory/logs/$number"
