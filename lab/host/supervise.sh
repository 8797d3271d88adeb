#!/bin/sh
# supervise.sh CONSOLE_LOG COMMAND...: runs a user-mode kernel and starts it again on the same disk when the guest reboots.
# `noreboot` among its arguments turns a guest's reboot into an exit, since the kernel's own way, exec of itself, cannot open its tap again
# (the old descriptor leaks over the exec: EBUSY). The console tells a reboot from a poweroff or a crash.
log=$1
shift
boots=0
# The bound stops a guest that reboots for ever by itself.
while [ "$boots" -lt 500 ]; do
  boots=$((boots + 1))
  echo "$boots" > "$log.boots"
  "$@" < /dev/null > "$log" 2>&1
  echo "exit $?" >> "$log"
  cat "$log" >> "$log.earlier"
  grep -aq 'Restarting system' "$log" || break
done
