#!/bin/sh
# build-image.sh LAB_FILES OUT_DIR SUITE MODULES
# Builds OUT_DIR/base.ext4, the disk every lab node starts from. LAB_FILES is the folder with packages.txt, masked-units.txt and guest/;
# MODULES is the module tree of the user-mode kernel. Runs as root, or as an ordinary user who has newuidmap and fakeroot.
# The result appears in OUT_DIR by one rename; the caller holds the lock.
set -eu
umask 022
files=$1 out=$2 suite=$3 modules=$4

step() { echo "== $*"; }

# Second half, under (fake) root: unpack, adapt, make the file system.
if [ "${5:-}" = pack ]; then
  work=$6
  root=$work/root
  version=$(basename "$modules")
  step "unpack"
  mkdir "$root"
  tar -xpf "$work/rootfs.tar" -C "$root" --exclude='./dev/*'

  step "kernel modules"
  # Only what networking needs: 105 MB of modules slow down depmod and udev's coldplug.
  tree=$root/lib/modules/$version
  for part in net drivers/net lib; do
    [ -d "$modules/kernel/$part" ] || continue
    mkdir -p "$tree/kernel/$(dirname "$part")"
    cp -a "$modules/kernel/$part" "$tree/kernel/$part"
  done
  for exotic in 6lowpan 9p appletalk atm ax25 batman-adv bluetooth caif can ceph dccp decnet hsr ieee802154 ife lapb mac802154 mpls netrom nfc \
    openvswitch phonet qrtr rds rose rxrpc sctp smc sunrpc tipc vmw_vsock x25; do
    rm -rf "$tree/kernel/net/$exotic"
  done
  cp -a "$modules/modules.order" "$modules/modules.builtin" "$modules/modules.builtin.modinfo" "$tree/"
  depmod -b "$root" "$version"

  step "files of the lab"
  tar -C "$files/guest" --owner=0 --group=0 --mode=u+rw,go+r,go-w,a+X -cf - . | tar -xpf - -C "$root" --no-overwrite-dir
  chmod 755 "$root"/usr/local/sbin/lab-*
  chmod 440 "$root/etc/sudoers.d/admin"

  step "accounts and identity"
  # Root is mounted read-write by the kernel; a line in fstab makes systemd wait 9 s for a udev event.
  : > "$root/etc/fstab"
  : > "$root/etc/machine-id"
  rm -f "$root/etc/hostname" "$root"/etc/ssh/ssh_host_* "$root/etc/ssh/moduli"
  echo 'admin:x:1000:1000::/home/admin:/bin/bash' >> "$root/etc/passwd"
  echo 'admin:x:1000:' >> "$root/etc/group"
  echo 'admin:*:19000:0:99999:7:::' >> "$root/etc/shadow"
  mkdir -p "$root/home/admin" "$root/etc/lab"
  chown 1000:1000 "$root/home/admin"
  # The user-mode kernel has no nf_tables for IPv4.
  for tool in iptables ip6tables; do
    for verb in '' -save -restore; do
      ln -sf "/usr/sbin/$tool-legacy$verb" "$root/etc/alternatives/$tool$verb"
    done
  done

  step "units"
  system=$root/etc/systemd/system
  while read -r unit; do ln -sf /dev/null "$system/$unit"; done < "$files/masked-units.txt"
  # Each generator is a fork and exec at every boot and daemon-reload. netplan's is part of what the lab is for.
  mkdir -p "$root/etc/systemd/system-generators"
  for generator in "$root"/lib/systemd/system-generators/*; do
    name=$(basename "$generator")
    [ "$name" = netplan ] || ln -sf /dev/null "$root/etc/systemd/system-generators/$name"
  done
  # Not at boot (5 s); D-Bus starts it when `reboot` asks, so it must not be masked.
  rm -f "$root/lib/systemd/system/multi-user.target.wants/systemd-logind.service"
  ln -sf /lib/systemd/system/multi-user.target "$system/default.target"
  # `systemctl enable`, without a chroot.
  wanted_by() { # UNIT TARGET FOLDER
    mkdir -p "$system/$2.wants"
    ln -sf "$3/$1" "$system/$2.wants/$1"
  }
  wanted_by systemd-networkd.service multi-user.target /lib/systemd/system
  wanted_by systemd-networkd.socket sockets.target /lib/systemd/system
  wanted_by systemd-networkd-wait-online.service network-online.target /lib/systemd/system
  wanted_by ssh.service multi-user.target /lib/systemd/system
  ln -sf /lib/systemd/system/systemd-networkd.service "$system/dbus-org.freedesktop.network1.service"
  wanted_by lab-firstboot.service sysinit.target /etc/systemd/system
  for unit in pods pod-server host-server kube-proxy speaker; do
    wanted_by "lab-$unit.service" multi-user.target /etc/systemd/system
  done
  rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/usr/share/info "$root"/var/lib/apt/lists/*

  step "file system"
  # With a journal, as nodes have it: what a power cut leaves must be a whole file system.
  mke2fs -q -t ext4 -O ^metadata_csum -J size=16 -E lazy_itable_init=0,root_owner=0:0 -d "$root" "$work/base.ext4" 900M
  exit
fi

[ ! -e "$out/base.ext4" ] || exit 0
mkdir -p "$(dirname "$out")"
work=$out.building
# A build that was killed may have left it; the lock says nobody is in there now.
rm -rf "$work"
mkdir "$work"
trap 'rm -rf "$work"' EXIT
step "packages of Debian $suite"
mmdebstrap --variant=minbase --include="$(paste -sd, "$files/packages.txt")" "$suite" "$work/rootfs.tar"
fakeroot=
[ "$(id -u)" = 0 ] || fakeroot=fakeroot
$fakeroot sh "$0" "$files" "$out" "$suite" "$modules" pack "$work"
rm -rf "$work/root" "$work/rootfs.tar"
mv "$work" "$out"
