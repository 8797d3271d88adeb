# Boots systemd on the lab's image in namespaces of its own: a host whose packet filter is that of this machine's kernel, nf_tables among it.
# Usage: systemd-host.sh IMAGE FOLDER; what is written on the host stays in FOLDER, so that the next call boots what this one left.
# shellcheck shell=sh
set -eu

# The second half, in the namespaces.
if [ "${3:-}" = inside ]; then
  image=$1 folder=$2 root=$2/root
  mkdir -p "$folder/base" "$folder/upper" "$folder/work" "$root"
  mount -o loop,ro "$image" "$folder/base"
  mount -t overlay overlay -o "lowerdir=$folder/base,upperdir=$folder/upper,workdir=$folder/work" "$root"
  # eth1, and at its other end a gateway in a namespace of its own.
  ip link set lo up
  ip link add eth1 type veth peer name gateway
  mkfifo "$folder/apart" "$folder/given"
  # shellcheck disable=SC2016
  unshare --net sh -euc '
    : >"$1/apart"; : <"$1/given"
    echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
    ip address add 1.2.3.1/24 dev gateway; ip link set gateway up
    exec sleep infinity' sh "$folder" &
  : <"$folder/apart"
  ip link set gateway netns "$!"
  : >"$folder/given"
  rm "$folder/apart" "$folder/given"
  cd "$root"
  mount -t proc proc proc
  # Settings that are not of a network would be this machine's own.
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  mount --bind proc/sys/net proc/sys/net
  mount -o remount,bind,rw proc/sys/net
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs dev
  mount -t tmpfs -o mode=755 tmpfs run
  mkdir dev/pts dev/shm mnt/old
  mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
  for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
  done
  ln -s pts/ptmx dev/ptmx
  ln -s /proc/self/fd dev/fd
  # Each boot has its own.
  cat proc/sys/kernel/random/uuid >run/boot-id
  mount --bind run/boot-id proc/sys/kernel/random/boot_id
  pivot_root . mnt/old
  umount -l /mnt/old
  rmdir /mnt/old
  exec env -i container=mlbroute PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
fi

# A branch of its own, of the unified hierarchy: of the only one, or beside those of the first version.
cgroups=/sys/fs/cgroup
[ ! -d "$cgroups/unified" ] || cgroups=$cgroups/unified
branch=$cgroups/mlbroute-${2##*/}
[ -d "$branch" ] || mkdir "$branch"
echo $$ >"$branch/cgroup.procs"
exec unshare --mount --net --pid --uts --ipc --cgroup --propagation private --fork --kill-child=KILL sh "$0" "$1" "$2" inside
