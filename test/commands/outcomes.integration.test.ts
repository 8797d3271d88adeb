import { afterAll, beforeAll, expect, it } from 'vitest';
import { push } from '../../src/commands/push.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
beforeAll(() => {
  fleet = startFleet(8);
}, 120_000);
afterAll(() => fleet.stop());

/** Puts a program before the real one of a host. */
const shadow = (host: string, program: string, cases: string) =>
  fleet
    .host(host)
    .sh(
      `printf '#!/bin/sh\\ncase "$*" in %s esac\\nexec /usr/sbin/${program} "$@"\\n' '${cases}' >/usr/local/sbin/${program}; chmod 755 /usr/local/sbin/${program}`,
    );
const breakSshd = 'grep -q /usr/sbin/sshd /proc/mounts || mount --bind /bin/false /usr/sbin/sshd';

// A second try would find other hosts.
it('every outcome there is can come of one push, and each is told in words; the worst comes last, with the command that helps', {
  retry: 0,
  timeout: 300_000,
}, async () => {
  expect((await fleet.run(push, fleet.pushOptions({ limit: 'n1' }))).exitCode).toBe(0);
  fleet.host('n3').sh('rm /usr/local/sbin/systemd-run; mount --bind /dev/null /usr/bin/systemd-run');
  fleet.host('n4').sh(breakSshd);
  shadow('n5', 'ip', '*"rule add"*fwmark*) echo no such luck >&2; exit 2 ;;');
  shadow('n6', 'ip', `*"rule add"*fwmark*) ${breakSshd} ;;`);
  shadow(
    'n7',
    'ip',
    '*"rule add"*fwmark*) echo no such luck >&2; exit 2 ;; *"rule delete"*) echo it is stuck >&2; exit 2 ;;',
  );
  // Of the five hosts that have something to do, the last has a batch of its own.
  const batches = { serial: [{ kind: 'count', hosts: 4 } as const], maxFail: { kind: 'count', hosts: 4 } as const };
  const { exitCode, stderr } = await fleet.run(push, fleet.pushOptions({ ...batches, confirmTimeoutS: 5 }));
  expect(exitCode).toBe(1);
  const told = stderr
    .slice(stderr.indexOf('unchanged    n1\n'))
    .replaceAll(/(proxy command) "[^"]*"/g, '$1')
    .replaceAll(/hosts in \d+\.\d s/g, 'hosts in some time')
    .replaceAll(fleet.inventory, 'INVENTORY')
    .replaceAll(/\d{8}T\d{6}-[\da-f]+/g, 'ID');
  expect(told).toBe(`unchanged    n1
changed      n2: 16 changes
not started  n8: 5 hosts failed, and --max-fail is 4
unreachable  n4: n4:22: Connection lost before handshake; proxy command ended with 1
failed       n3: programs are missing: systemd-run (install systemd)
reverted     n5: + rule 2010 to 10.112.0.0/12 fwmark 0x100/0x1f00 lookup main: no such luck
             the host is as it was before
unknown      n6: n6:22: Connection lost before handshake; proxy command ended with 1
             the host reverts by itself within 5.0 s, unless the change was confirmed
stranded     n7: + rule 2010 to 10.112.0.0/12 fwmark 0x100/0x1f00 lookup main: no such luck

8 hosts in some time: 1 unchanged, 1 changed, 1 not started, 1 unreachable, 1 failed, 1 reverted, 1 unknown, 1 stranded
Next, after 5.0 s: mlbroute push -i INVENTORY -l n3,n4,n5,n6,n8

STRANDED: 1 host could not be put back. A person must act.
  n7: + rule 2010 to 10.112.0.0/12 fwmark 0x100/0x1f00 lookup main: no such luck
      step 4: it is stuck ;
      run on n7:  sudo sh /var/lib/mlbroute/transactions/ID/transaction again
`);

  // The next push of the stranded host goes no further than that command would, as long as that fails.
  const stuck = await fleet.run(push, fleet.pushOptions({ limit: 'n7' }));
  expect(stuck.exitCode).toBe(1);
  expect(stuck.stderr).toMatch(/^stranded +n7: /m);
  fleet.host('n7').sh('rm /usr/local/sbin/ip');
  const [, command = ''] = /run on n7: {2}sudo (.*)$/m.exec(stderr) ?? [];
  expect(fleet.host('n7').sh(command)).toBe('reverted\n');
  fleet.host('n4').sh('umount /usr/sbin/sshd');
  fleet.host('n5').sh('rm /usr/local/sbin/ip');
  fleet.host('n6').sh('umount /usr/sbin/sshd; rm /usr/local/sbin/ip');
  fleet.host('n3').sh('umount /usr/bin/systemd-run; cp /usr/local/sbin/systemctl /usr/local/sbin/systemd-run');
  const repaired = await fleet.run(push, fleet.pushOptions());
  expect(repaired.exitCode, repaired.stderr).toBe(0);
});
