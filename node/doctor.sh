# What a host must have before the first push, read-only: one line "$token KEY answer" for each question, as soon as it is answered, so that the
# controller can tell how long each took. The controller puts `token=… modules=… tools=…` before this text.
# shellcheck shell=sh
# shellcheck disable=SC2154  # token, modules and tools are set by the controller

say() { printf '%s %s\n' "$token" "$*"; }

# Whether a kernel module is loaded or built in (yes), there to be loaded (loadable), or neither (no); `unknown` where the kernel came without a
# list of its modules: one that is built in and has no parameters shows nowhere else. Nothing is loaded.
module_state() {
  read -r release </proc/sys/kernel/osrelease
  if [ -d "/sys/module/$1" ]; then
    echo yes
  elif [ ! -e "/lib/modules/$release/modules.dep" ]; then
    echo unknown
  elif command -v modprobe >/dev/null 2>&1; then
    if modprobe -n -q "$1" 2>/dev/null; then echo loadable; else echo no; fi
  # What `modprobe -n` reads. A file may end in .ko, .ko.xz, .ko.zst, .ko.gz.
  elif grep -qs "/$1\\.ko" "/lib/modules/$release/modules.builtin" "/lib/modules/$release/modules.dep"; then
    echo loadable
  else
    echo no
  fi
}

# Free KiB of the file system of a folder, or of the nearest folder above it that exists; or `read-only`.
disk_state() {
  folder=$1
  while [ ! -d "$folder" ]; do folder=${folder%/*}; [ -n "$folder" ] || folder=/; done
  if [ "$(id -u)" = 0 ] && [ ! -w "$folder" ]; then
    echo read-only
  else
    df -Pk "$folder" 2>/dev/null | { read -r _; read -r _ _ _ free _; echo "${free:-unknown}"; }
  fi
}

# What its packages are called by: family and major version of the distribution, and its kernel.
system_words() {
  read -r release </proc/sys/kernel/osrelease
  ID='' ID_LIKE='' VERSION_ID=''
  # shellcheck disable=SC1091  # the host's own
  [ -r /etc/os-release ] && . /etc/os-release
  case " $ID $ID_LIKE " in
    *' ubuntu '*) family=ubuntu ;;
    *' debian '*) family=debian ;;
    *' rhel '* | *' fedora '* | *' centos '*) family=rhel ;;
    *) family=unknown ;;
  esac
  echo "$family ${ID:-linux} ${VERSION_ID%%.*} $release"
}

# Whether the kernel does what a program asks of nf_tables. That is tried in a network of its own, which ends with the program.
can_nft() {
  [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null || return 0
  unshare -n "$@" >/dev/null 2>&1
}

# The versions of what makes chains, or `none` where it is of no use.
iptables_version() {
  version=$(iptables --version 2>/dev/null) || version=none
  case $version in *nf_tables*) can_nft iptables -t mangle -N MLBROUTE || version=none ;; esac
  echo "$version"
}
nft_version() {
  version=$(nft --version 2>/dev/null) && can_nft nft add table inet mlbroute || version=none
  echo "$version"
}

main() {
  say system "$(system_words)"
  say uid "$(id -u)"
  if [ -d /run/systemd/system ]; then
    say systemd "$(systemctl --version 2>/dev/null | { read -r _ version _; echo "$version"; })"
  else
    say systemd none
  fi
  say iproute2 "$(ip -V 2>/dev/null || echo none)"
  for tool in $tools; do
    if command -v "$tool" >/dev/null 2>&1; then say tool "$tool" yes; else say tool "$tool" no; fi
  done
  say netfilter iptables "$(iptables_version)"
  say netfilter nft "$(nft_version)"
  for module in $modules; do say module "$module" "$(module_state "$module")"; done
  for folder in /etc /var/lib /run; do say disk "$folder" "$(disk_state "$folder")"; done
  say clock "$(date +%s)"
  say end
}
