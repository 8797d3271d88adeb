import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/change.ts';
import type { HostName } from '../../src/domain/host.ts';
import { formatFindings, type HostFindings } from '../../src/report/findings-text.ts';

const missing: Finding = {
  code: 'missing',
  where: 'running',
  subject: 'rule 2011 fwmark 0x100/0x1f00 lookup 7100',
  message: 'the kernel has no such rule',
  hint: 'mlbroute push puts it back',
};
const edited: Finding = {
  code: 'edited-on-host',
  where: 'persisted',
  subject: '/etc/sysctl.d/90-mlbroute.conf',
  message: '- net.ipv4.conf.all.rp_filter = 0\n+ net.ipv4.conf.all.rp_filter = 2',
  hint: null,
};

const wide = { title: 'Audit', color: false, columns: Number.POSITIVE_INFINITY } as const;

describe('formatFindings', () => {
  it('says once what neighbouring findings have in common', () => {
    const rules = [2010, 2011].map((priority) => ({ ...missing, subject: `rule ${priority}` }));
    const text = formatFindings([on('n1', ...rules, { ...missing, where: 'persisted', subject: '/etc/x' })], wide);
    expect(text.replaceAll(/ +/g, ' ')).toContain(
      ` missing running rule 2010\n missing running rule 2011\n ${missing.message}\n hint: ${missing.hint}\n missing persisted /etc/x\n ${missing.message}\n`,
    );
  });

  it('keeps to the width of the terminal', () => {
    const long = { ...missing, message: 'word '.repeat(40).trim(), hint: 'way out '.repeat(20).trim() };
    const lines = formatFindings([on('n1', long)], { ...wide, columns: 60 }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.filter((line) => line.startsWith('          word'))).not.toEqual([]);
  });

  it('folds hosts with the same findings, those without any first, and counts', () => {
    const hosts = [on('n1', missing, edited), on('n2'), on('n3', missing, edited), on('n4', missing)];
    expect(formatFindings(hosts, { title: 'Audit', color: false, columns: Number.POSITIVE_INFINITY })).toBe(`\
n2: as described

n[1,3] (2 hosts): 2 findings
  missing        running   rule 2011 fwmark 0x100/0x1f00 lookup 7100
      the kernel has no such rule
      hint: mlbroute push puts it back
  edited-on-host persisted /etc/sysctl.d/90-mlbroute.conf
      - net.ipv4.conf.all.rp_filter = 0
      + net.ipv4.conf.all.rp_filter = 2

n4: 1 finding
  missing        running   rule 2011 fwmark 0x100/0x1f00 lookup 7100
      the kernel has no such rule
      hint: mlbroute push puts it back

Audit: 5 findings on 3 hosts, 1 as described.
`);
  });

  it.each([
    [1, 'node1: as described\n\nVerify: 1 host as described.\n'],
    [3, 'node[1-3] (3 hosts): as described\n\nVerify: 3 hosts as described.\n'],
    [50, 'node[01-50] (50 hosts): as described\n\nVerify: 50 hosts as described.\n'],
    [500, 'node[001-500] (500 hosts): as described\n\nVerify: 500 hosts as described.\n'],
  ])('is short for %d hosts where all is well', (count, expected) => {
    const width = String(count).length;
    const hosts = Array.from({ length: count }, (_, i) => on(`node${String(i + 1).padStart(width, '0')}`));
    expect(formatFindings(hosts, { title: 'Verify', color: false, columns: Number.POSITIVE_INFINITY })).toBe(expected);
  });

  it('colours only where that is asked for', () => {
    expect(
      formatFindings([on('n1', missing)], { title: 'Audit', color: true, columns: Number.POSITIVE_INFINITY }),
    ).toContain('\x1b[31m');
    expect(
      formatFindings([on('n1', missing)], { title: 'Audit', color: false, columns: Number.POSITIVE_INFINITY }),
    ).not.toContain('\x1b');
  });

  it('lets no control codes of a host through', () => {
    const text = formatFindings([on('n1', { ...missing, message: '\x1b[2J' })], {
      title: 'Audit',
      color: false,
      columns: Number.POSITIVE_INFINITY,
    });
    expect(text).toContain('\\x1b[2J');
  });
});

function on(host: string, ...findings: readonly Finding[]): HostFindings {
  return { host: host as HostName, findings };
}
