/**
 * A shell program that answers as systemd-run and systemctl do, for hosts whose first process is not systemd. A timer is noted, never run;
 * every call is a line in /run/systemd-calls.
 */
export const systemdStandIn = `#!/bin/sh
echo "\${0##*/} $*" >>/run/systemd-calls
case "$0 $*" in
  *systemctl*--version) echo 'systemd 252 (252.39)' ;;
esac
`;
