import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../../src/commands/audit.ts';
import { plan } from '../../src/commands/plan.ts';
import { push } from '../../src/commands/push.ts';
import { remove } from '../../src/commands/remove.ts';
import { rollback } from '../../src/commands/rollback.ts';
import { type Fleet, startFleet } from './fleet.ts';

let fleet: Fleet;
const sh = (program: string) => fleet.host('n1').sh(program);

beforeEach(() => {
  fleet = startFleet(1);
  fleet.describe({ peers: ['10.0.0.1', '10.0.0.2'], token: 'kept quiet' });
  // What was there before, and somebody to tell of changes.
  sh(
    "mkdir /etc/app; printf 'by hand\\n' >/etc/app/main.conf; chmod 640 /etc/app/main.conf; chown 1:54321 /etc/app/main.conf",
  );
});
afterEach(() => fleet.stop());

/** Writes a file beside the playbook. */
function write(name: string, text: string): void {
  const path = join(fleet.directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Writes a playbook of one play for all hosts, and gives its path. */
function playbook(...tasks: readonly string[]): string {
  write('site.yaml', `- hosts: all\n  tasks:\n${['metallb_l2:', ...tasks].map((task) => `    - ${task}\n`).join('')}`);
  return join(fleet.directory, 'site.yaml');
}

const reload = 'reload: [sh, -c, "cat /etc/app/*.conf >>/run/reloads; echo -- >>/run/reloads"]';
const main = `template: { src: templates/main.hbs, dest: /etc/app/main.conf, mode: "0600", validate: grep -q peer %s, ${reload} }`;
const second = `file: { content: "two\\n", dest: /etc/app/second.conf, owner: daemon, group: adm, ${reload} }`;
const third = 'file: { src: files/third, dest: /etc/app/deep/third, mode: "0755" }';
const template = '{{#each peers}}\npeer {{this}} of {{../inventory_hostname}}\n{{/each}}\ntoken = {{token}}\n';

function pushed(file: string, expected: 0 | 1 = 0) {
  return fleet.run(push, fleet.pushOptions({ playbook: file })).then((result) => {
    expect(result.exitCode, result.stderr + result.stdout).toBe(expected);
    return result.stderr + result.stdout;
  });
}

const listing = 'cd /etc/app; stat -c "%n %a %U:%G" $(find . -type f | sort); head -n 9 $(find . -type f | sort)';

describe('files of a playbook', () => {
  it('come with their owners and modes, and reload once; what was there comes back', async () => {
    write('templates/main.hbs', template);
    write('files/third', '#!/bin/sh\r\nexit 0\n');
    const before = sh(listing);
    const file = playbook(main, second, third);

    const planned = await fleet.run(plan, fleet.planOptions({ playbook: file, diff: true }));
    expect(planned.stdout).toContain('~ reload: sh -c');
    expect(planned.stdout).toContain('~ /etc/app/main.conf  (mode 0640 -> 0600; owner daemon:54321 -> root:root)');
    // Neither what was there nor what shall be is for everybody.
    expect(planned.stdout).not.toContain('by hand');
    expect(planned.stdout).not.toContain('kept quiet');
    expect(planned.stdout).toContain('+ /etc/app/second.conf  (0644; daemon:adm)');

    await pushed(file);
    expect(sh(listing)).toMatchInlineSnapshot(`
      "./deep/third 755 root:root
      ./main.conf 600 root:root
      ./second.conf 644 daemon:adm
      ==> ./deep/third <==
      #!/bin/sh
      exit 0

      ==> ./main.conf <==
      peer 10.0.0.1 of n1
      peer 10.0.0.2 of n1
      token = kept quiet

      ==> ./second.conf <==
      two
      "
    `);
    expect(sh('cat /run/reloads')).toBe('peer 10.0.0.1 of n1\npeer 10.0.0.2 of n1\ntoken = kept quiet\ntwo\n--\n');
    expect(await pushed(file)).toContain('1 unchanged');
    expect((await fleet.run(audit, fleet.planOptions({ playbook: file }))).exitCode).toBe(0);

    // Edited on the host, and put right.
    sh('echo edited >>/etc/app/second.conf');
    const audited = await fleet.run(audit, fleet.planOptions({ playbook: file }));
    expect(audited.stdout).toMatch(/edited-on-host .*\/etc\/app\/second\.conf/);
    await pushed(file);
    expect(sh('cat /etc/app/second.conf; grep -c -- -- /run/reloads')).toBe('two\n2\n');

    // No longer declared: gone, with the folder that was made for it; what was there before is back.
    await pushed(playbook(second));
    expect(sh('ls /etc/app; cat /etc/app/main.conf; stat -c "%a %u:%g" /etc/app/main.conf')).toBe(
      'main.conf\nsecond.conf\nby hand\n640 1:54321\n',
    );
    // A rollback brings them again, and a removal takes all away.
    const back = await fleet.run(rollback, { ...fleet.pushOptions(), check: false, diff: false, to: null });
    expect(back.exitCode, back.stderr).toBe(0);
    expect(sh('cat /etc/app/deep/third; tail -n 1 /etc/app/main.conf')).toBe(
      '#!/bin/sh\r\nexit 0\ntoken = kept quiet\n',
    );
    const gone = await fleet.run(remove, { ...fleet.pushOptions(), check: false, diff: false });
    expect(gone.exitCode, gone.stderr).toBe(0);
    expect(sh(listing)).toBe(before);
    expect(sh('ls /etc/mlbroute /var/lib/mlbroute 2>&1 || :')).toContain('No such file');
  });

  it('are not touched where a text is not accepted, or something fails later', async () => {
    write('templates/main.hbs', 'nobody\n');
    const before = sh(listing);
    expect(await pushed(playbook(main, second), 1)).toMatch(
      /the text for \/etc\/app\/main\.conf does not pass "grep -q peer \/var\/lib\/mlbroute\/transactions\/[^"]*\/new\/\d+"/,
    );
    expect(sh(listing)).toBe(before);
    expect(sh('cat /run/reloads 2>&1 || :')).toContain('No such file');

    // A reload that fails takes all back, and has what is back read again.
    write('templates/main.hbs', template);
    const failing = main.replace('echo -- >>/run/reloads', 'grep -q hand /etc/app/main.conf');
    expect(await pushed(playbook(failing), 1)).toContain('reverted');
    expect(sh(listing)).toBe(before);
    expect(sh('cat /run/reloads')).toBe('peer 10.0.0.1 of n1\npeer 10.0.0.2 of n1\ntoken = kept quiet\nby hand\n');
  });

  it('cannot take the place of a folder, nor belong to nobody', async () => {
    expect(await pushed(playbook('file: { content: x, dest: /etc/app }'), 1)).toContain(
      '/etc/app is there, and is no file',
    );
    expect(await pushed(playbook('file: { content: x, dest: /etc/app/x, owner: nobody-here }'), 1)).toContain(
      "/etc/app/x cannot belong to nobody-here:root: chown: invalid user: 'nobody-here:root'",
    );
    expect(sh('ls /etc/app')).toBe('main.conf\n');
  });
});
