# What a host is and has, read-only, with as few processes as can be: one shell and a handful of small programs.
# The controller puts `token=… history=… boot=… ipv6=… sysctls=… files=… tables=… modules=… units=…` before this text; every section of the answer starts with a line "$token NAME".
# shellcheck shell=sh
# shellcheck disable=SC2154  # token, history, boot, ipv6, sysctls, files, tables, modules and units are set by the controller

section() { printf '%s %s\n' "$token" "$1"; }

# Prints a text and the value of NAME= in a file of assignments, without a fork: print_value TEXT NAME FILE
print_value() {
  value=''
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in "$2="*) value=${line#*=} && break ;; esac
  done <"$3"
  printf '%s %s\n' "$1" "$value"
}

# Whether a path was met already: where /usr is merged, /lib is a link into it.
is_elsewhere() { case $1 in /lib/*) [ -h /lib ] ;; *) return 1 ;; esac; }

# Sets $legacy_tables to the tables that a file of /proc names, without a fork.
read_tables() {
  legacy_tables=''
  [ -r "$1" ] || return 0
  while read -r name; do legacy_tables="$legacy_tables $name"; done <"$1"
}

host_section() {
  section host
  read -r boot_id </proc/sys/kernel/random/boot_id
  read -r kernel </proc/sys/kernel/osrelease
  # The effective one, without a process of its own.
  while read -r key _ uid _; do [ "$key" = Uid: ] && break; done <"/proc/$$/status"
  printf 'boot-id %s\nkernel %s\nuid %s\n' "$boot_id" "$kernel" "$uid"
  [ -r /etc/os-release ] && print_value os ID /etc/os-release
  [ -d /run/systemd/system ] && printf 'systemd %s\n' "$(systemctl --version 2>/dev/null)"
  [ -e /run/systemd/netif/state ] && printf 'networkd active\n'
  for program in ip iptables iptables-restore iptables-save netplan nft systemctl systemd-run sysctl sha256sum stat udevadm; do
    command -v "$program" >/dev/null 2>&1 && printf 'program %s\n' "$program"
  done
  iptables=''
  command -v iptables >/dev/null 2>&1 && iptables=$(iptables --version 2>&1) && printf 'iptables %s\n' "$iptables"
  read_tables /proc/net/ip_tables_names
}

# kube-proxy in iptables or ipvs mode hangs its chain into nat PREROUTING, by whichever variant of iptables it carries along. Asking the
# legacy one for a table that does not exist would create it, so /proc/net/ip_tables_names is asked first.
service_section() {
  section service-proxy
  case $legacy_tables in
    *nat*) { iptables-legacy -w 5 -t nat -S PREROUTING || iptables -w 5 -t nat -S PREROUTING; } 2>/dev/null ;;
  esac
  iptables_fault=''
  case $iptables in
    *nf_tables*) iptables -w 5 -t nat -S PREROUTING 2>/dev/null || iptables_fault=$(iptables -w 5 -t nat -S PREROUTING 2>&1 >/dev/null) ;;
  esac
  nft_tables=''
  # Every listing names all tables. That of tables alone fetches ten thousand rules first, that of flowtables does not (nft 1.0.6); in old
  # kernels there are none.
  nft_fault=''
  command -v nft >/dev/null 2>&1 || return 0
  listing=$({ nft list flowtables || nft list tables; } 2>/dev/null) || nft_fault=$(nft list tables 2>&1)
  while read -r word family name _; do
    [ "$word" = table ] && nft_tables="$nft_tables
table $family $name"
  done <<LISTING
$listing
LISTING
  nft_tables=${nft_tables#?}
  printf '%s\n' "$nft_tables"
}

# Programs that make chains and are of no use here, each with the reason.
faults_section() {
  section netfilter-faults
  # Of all that can go wrong only that the kernel has no nf_tables: a table that others made by nft is no fault.
  case $iptables_fault in
    *'Could not fetch rule set'* | *'Failed to initialize nft'*) printf 'iptables %s\n' "${iptables_fault%%
*}" ;;
  esac
  [ -z "$iptables" ] || command -v ip6tables >/dev/null 2>&1 || echo 'ip6tables it is not there'
  [ -z "$nft_fault" ] || printf 'nft %s\n' "${nft_fault%%
*}"
}

# saved TOOL FAMILY TABLE [OPTIONS OF SED]: the rules of one table as iptables-save prints them, without their counters: our own chains, and what else the
# options let through. To save them would fetch the tables of all where they are in nf_tables: half a second for the rules of kube-proxy.
saved() {
  tool=$1 of_family=$2 of_table=$3
  shift 3
  case "$iptables|$nft_tables" in
    *nf_tables*"|"*"table $of_family $of_table"*)
      printf '*%s\n' "$of_table"
      "$tool" -w 5 -t "$of_table" -S 2>/dev/null | sed -e 's/^-N \(.*\)/:\1 - [0:0]/' -e '/MLBROUTE/b' "$@" -e d
      ;;
    # Without nft nobody knows what tables there are.
    *nf_tables*"|"?*) ;;
    *) "$tool-save" -t "$of_table" 2>/dev/null | sed -e '/^\*/b' -e '/MLBROUTE/b' "$@" -e d ;;
  esac
}

network_section() {
  section addresses; ip -j -d address show
  # Of both families.
  section routes; ip -N -j route show table all
  # With -d it tells the protocol of each rule, which is needed to delete just that one.
  section rules; ip -d -N -4 -j rule show
  section rules-ipv6; ip -d -N -6 -j rule show 2>/dev/null
  section neighbors; ip -4 -j neighbor show nud permanent
  section chains
  # Beside our own chains the marks of others; kube-proxy's are in other tables, but known.
  case "$iptables $legacy_tables" in
    *nf_tables* | *mangle*) saved iptables ip mangle -e '/-j \(CONN\)\{0,1\}MARK /b' -e '/--mark /b' ;;
  esac
  case "$nft_tables $legacy_tables" in
    *raw*) saved iptables ip raw -e '/--mark /b' ;;
  esac
  chains_of_tasks iptables ip /etc/mlbroute/iptables.v4
  set -- /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/src_valid_mark
  # What only IPv6 needs is looked for where it is wanted, and where it was.
  if [ -n "$ipv6" ] || [ -e /etc/mlbroute/iptables.v6 ]; then
    ipv6_chains
    [ -d /proc/sys/net/ipv6/conf ] && set -- "$@" /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/disable_ipv6
  fi
  # What the playbook asks for, and what our own file sets, beside those above.
  if [ -r /etc/sysctl.d/99-zz-mlbroute.conf ]; then
    while IFS='= ' read -r key _; do
      case $key in '' | '#'* | */rp_filter | */src_valid_mark) ;; *) sysctls="$sysctls ${key#-}" ;; esac
    done </etc/sysctl.d/99-zz-mlbroute.conf
  fi
  if [ -n "$history" ]; then
    # shellcheck disable=SC2013  # a key has no blanks
    for key in $(grep -oh '"key":"[a-z][^"]*"' /var/lib/mlbroute/generations/*.json 2>/dev/null); do
      key=${key#'"key":"'} && sysctls="$sysctls ${key%'"'}"
    done
  fi
  for key in $sysctls; do [ -r "/proc/sys/$key" ] && set -- "$@" "/proc/sys/$key"; done
  # Not with the shell's read: it takes one byte at a time, and the kernel answers a second read of a number with end of file.
  section sysctls; grep -H . "$@"
}

ipv6_chains() {
  section chains-ipv6
  read_tables /proc/net/ip6_tables_names
  case "$iptables $legacy_tables" in
    *nf_tables* | *mangle*) saved ip6tables ip6 mangle -e '/-j \(CONN\)\{0,1\}MARK /b' -e '/--mark /b' ;;
  esac
  case "$nft_tables / $legacy_tables" in
    *'ip6 raw'* | */*raw*) saved ip6tables ip6 raw -e '/--mark /b' ;;
  esac
  chains_of_tasks ip6tables ip6 /etc/mlbroute/iptables.v6
}

# Tables that are looked at where the playbook has chains in them, and where, by the file FILE, it had. They may hold thousands of rules.
chains_of_tasks() { # TOOL FAMILY FILE
  wanted=$tables
  if [ -r "$3" ]; then
    while read -r line; do
      case $line in '*nat' | '*filter') wanted="$wanted ${line#?}" ;; esac
    done <"$3"
  fi
  for table in nat filter; do
    case " $wanted " in *" $table "*) ;; *) continue ;; esac
    case "$iptables $legacy_tables" in
      *nf_tables* | *"$table"*) saved "$1" "$2" "$table" ;;
    esac
  done
}

# Our own table of nft, and marks in nft tables of others. What iptables and kube-proxy keep there is left out: it may be long, and its marks are known.
nft_section() {
  section nft-chains
  case $nft_tables in *'table inet mlbroute'*) nft list table inet mlbroute ;; esac
  section nft-marks
  while read -r _ family name; do
    case "$family $name" in
      ' ' | 'inet mlbroute' | ip*' raw' | ip*' mangle' | ip*' nat' | ip*' filter' | ip*' security' | ip*' kube-proxy') continue ;;
    esac
    nft list table "$family" "$name" 2>/dev/null </dev/null | grep ' mark '
  done <<TABLES
$nft_tables
TABLES
}

# Which .network file networkd uses for each link, and what it has not read yet, or has in memory.
networkd_section() {
  section networkd-links
  # Each pod has one of these files.
  [ -e /run/systemd/netif/state ] && grep -s '^NETWORK_FILE=' /dev/null /run/systemd/netif/links/*
  # Its invocation link is made when networkd starts. A folder, with a stroke at its end, tells of files that are gone.
  section networkd-unread
  started=/run/systemd/units/invocation:systemd-networkd.service
  unread=''
  [ -h "$started" ] && unread=$(
    find /etc/systemd/network /run/systemd/network /etc/netplan -newer "$started" \
      \( -type f -print -o -type d ! -path '/run/*' -exec printf '%s/\n' {} + \) 2>/dev/null
  )
  printf '%s\n' "$unread"
  # What it has in memory is asked for where the disk may tell otherwise.
  section networkd-loaded
  [ -n "$unread" ] && busctl --list tree org.freedesktop.network1 2>/dev/null
}

# Files that configure links, of networkd in the order of its folders, and files that make them: of networkd (netplan's are among them), of ifupdown and
# of NetworkManager. Then their lines that matter, each after its file and a colon, from one grep: the shell would read them one byte at a time.
link_files_section() {
  set --
  for file in /etc/systemd/network/*.network /run/systemd/network/*.network /usr/local/lib/systemd/network/*.network /usr/lib/systemd/network/*.network /lib/systemd/network/*.network; do
    is_elsewhere "$file" && continue
    # A link to /dev/null is one, and hides others.
    [ -r "$file" ] && set -- "$@" "$file"
  done
  for file in /etc/systemd/network/*.netdev /run/systemd/network/*.netdev /etc/network/interfaces /etc/network/interfaces.d/* /etc/NetworkManager/system-connections/*; do
    [ -f "$file" ] && [ -r "$file" ] && set -- "$@" "$file"
  done
  section link-files
  [ $# -gt 0 ] || return 0
  printf 'file %s\n' "$@"
  grep -H -e '^[[:blank:]]*\[' -e '^[[:blank:]]*Name[[:blank:]]*=' -e '^[[:blank:]]*VLAN[[:blank:]]*=' -e '^[[:blank:]]*Id[[:blank:]]*=' \
    -e '^[[:blank:]]*iface[[:blank:]]' -e '^[[:blank:]]*interface-name[[:blank:]]*=' -- "$@"
}

# Everything at paths that carry the name mlbroute, whoever put it there, and at those of the playbook, now and at the last push. Contents
# come in one stream in the order of the list.
files_section() {
  set --
  declared_files
  for file in /etc/mlbroute/* /etc/sysctl.d/*mlbroute* /etc/systemd/system/mlbroute-* /etc/systemd/system/*.wants/mlbroute-* \
    /etc/systemd/network/*mlbroute* /etc/systemd/network/*.d/*mlbroute* /etc/systemd/networkd.conf.d/*mlbroute* \
    /etc/netplan/*mlbroute* /etc/modules-load.d/*mlbroute*; do
    # The guard of an open transaction belongs to the transaction.
    case $file in */mlbroute-revert.service) continue ;; esac
    if [ -h "$file" ] || [ -f "$file" ]; then set -- "$@" "$file"; fi
  done
  strange=''
  for file in $declared; do
    if [ -h "$file" ] || [ -f "$file" ]; then set -- "$@" "$file"; elif [ -e "$file" ]; then strange="$strange$file "; fi
  done
  section not-files
  printf '%s\n' "$strange"
  section files
  [ $# -gt 0 ] && stat -c '%F|%a|%U|%G|%Y|%s|%u|%g|%N' -- "$@"
  section contents
  for file do
    if [ -h "$file" ]; then shift; else set -- "$@" "$file"; shift; fi
  done
  [ $# -gt 0 ] && cat -- "$@"
  printf '\n'
}

# Sets $declared to the paths of the playbook's files, each once; none has blanks.
declared_files() {
  declared=''
  if [ -r /etc/mlbroute/files ]; then
    while read -r path; do
      case $path in /*) files="$files $path" ;; esac
    done </etc/mlbroute/files
  fi
  if [ -n "$history" ]; then
    # shellcheck disable=SC2013  # a path has no blanks
    for path in $(grep -oh '"dest":"/[^"]*"' /var/lib/mlbroute/generations/*.json 2>/dev/null); do
      path=${path#'"dest":"'} && files="$files ${path%'"'}"
    done
  fi
  for path in $files; do
    case " $declared " in *" $path "*) ;; *) declared="$declared $path" ;; esac
  done
}

# Modules and units that the playbook wants something of, now or at the last push.
services_section() {
  section modules
  for module in $modules; do
    # What is built in has a folder only where it has parameters.
    if [ -d "/sys/module/$module" ] || grep -q "/$(printf %s "$module" | sed 's/_/[_-]/g')\.ko" "/lib/modules/$kernel/modules.builtin" 2>/dev/null; then
      printf '%s\n' "$module"
    fi
  done
  if [ -r /etc/mlbroute/units ]; then
    while read -r unit; do
      case $unit in '' | '#'*) ;; *) units="$units $unit" ;; esac
    done </etc/mlbroute/units
  fi
  # Without it the unit runs at boot only.
  [ -e /etc/systemd/system/mlbroute-routing.timer ] && units="$units mlbroute-routing.timer"
  section units
  # shellcheck disable=SC2086  # names of units have no blanks
  [ -z "$units" ] || systemctl show -p Names,LoadState,ActiveState,UnitFileState -- $units
}

# Lines of others that the next boot reads: those of sysctl.d, and chains of ours in rule sets that somebody saved. A sysctl.d file
# hides files of its name in later folders, empty or not.
boot_section() {
  set --
  seen=/
  for file in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf; do
    case $seen in */"${file##*/}"/*) continue ;; esac
    if [ -e "$file" ] || [ -h "$file" ]; then seen=$seen${file##*/}/; fi
    [ -f "$file" ] && [ -r "$file" ] && set -- "$@" "$file"
  done
  for file in /etc/iptables/rules.v4 /etc/iptables/rules.v6 /etc/sysconfig/iptables /etc/sysconfig/ip6tables; do
    [ -f "$file" ] && [ -r "$file" ] && set -- "$@" "$file"
  done
  section boot-lines
  [ $# -gt 0 ] && grep -Hn -e '^[[:blank:]]*-\{0,1\}[[:blank:]]*/*[a-z][a-z0-9_-]*[./]' -e '^[:*-].*MLBROUTE' -- "$@"
  section boot-state
  # Who only pushes asks no host for the time.
  [ -n "$boot" ] && printf 'clock %s\n' "$(date +%s)"
  wanted=''
  for file in /etc/systemd/system/*.wants/* /run/systemd/generator*/*.wants/* /usr/lib/systemd/system/*.wants/* /lib/systemd/system/*.wants/*; do
    is_elsewhere "$file" || [ ! -h "$file" ] || wanted="$wanted ${file##*/} "
  done
  for unit in systemd-networkd.service systemd-sysctl.service mlbroute-routing.service mlbroute-routing.timer mlbroute-iptables.service mlbroute-nftables.service; do
    state=unwanted
    case $wanted in *" $unit "*) state=wanted ;; esac
    # A link to /dev/null is a mask.
    [ -c "/etc/systemd/system/$unit" ] && state=masked
    printf '%s %s\n' "$state" "$unit"
  done
}

# All that networkd reads, whole: the controller works out what the next boot makes of it.
networkd_texts() {
  set --
  for folder in /etc /run /usr/local/lib /usr/lib /lib; do
    for file in "$folder"/systemd/network/*.network "$folder"/systemd/network/*.netdev "$folder"/systemd/network/*.network.d/*.conf; do
      [ -f "$file" ] && [ -r "$file" ] && set -- "$@" "$file"
    done
  done
  section networkd-texts
  [ $# -gt 0 ] && grep -H '' -- "$@"
  # What netplan will make of files that changed since the boot, by netplan itself, in a folder of its own.
  case $unread in
    */etc/netplan/*)
      command -v netplan >/dev/null 2>&1 && made=$(mktemp -d) || return
      for folder in lib etc run; do
        [ ! -d "/$folder/netplan" ] || { mkdir -p "$made/$folder" && cp -a "/$folder/netplan" "$made/$folder/"; }
      done
      section netplan-error
      error=$(netplan generate --root-dir "$made" 2>&1) || printf '%s\n' "$error" | sed "s#$made##g"
      section netplan-texts
      for file in "$made"/run/systemd/network/*; do
        [ -f "$file" ] && grep -H '' -- "$file" | sed "s#^$made##"
      done
      rm -rf "$made"
      ;;
  esac
}

state_section() {
  section manifest
  [ -r /var/lib/mlbroute/manifest.json ] && cat /var/lib/mlbroute/manifest.json
  section pending
  if [ -h /var/lib/mlbroute/pending ]; then
    printf 'id %s\n' "$(readlink /var/lib/mlbroute/pending)"
    read -r up _ </proc/uptime
    printf 'uptime %s\n' "${up%%.*}"
    for fact in owner boot-id deadline alive; do
      [ -r "/var/lib/mlbroute/pending/$fact" ] && read -r value <"/var/lib/mlbroute/pending/$fact" && printf '%s %s\n' "$fact" "$value"
    done
  fi
  # A manifest is one line.
  section history
  [ -n "$history" ] && cat /var/lib/mlbroute/generations/*.json 2>/dev/null
}

# One function, called on the last line: a program cut off on its way does nothing at all.
main() {
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
  host_section
  service_section
  faults_section
  network_section
  nft_section
  networkd_section
  link_files_section
  files_section
  services_section
  boot_section
  [ -n "$boot" ] && networkd_texts
  state_section
  section end
}
main </dev/null
