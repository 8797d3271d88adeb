import { expect, it } from 'vitest';
import type { Check } from '../../src/domain/check-up.ts';
import type { HostName } from '../../src/domain/host.ts';
import { formatCheckUps } from '../../src/report/check-up-text.ts';

const unheard = (address: string): Check => {
  const common = 'no TCP connection';
  return {
    step: 'tcp',
    verdict: 'trouble',
    says: `${address}: ${common}`,
    common,
    hint: null,
    packages: [],
    tookMs: 3,
  };
};

it('folds hosts in the same trouble at addresses of their own, and gives a single one its own', () => {
  const hosts = ['n1', 'n2'].map((host, i) => ({ host: host as HostName, checks: [unheard(`10.0.0.${i}:22`)] }));
  const told = (some: typeof hosts) => formatCheckUps(some, { color: false, columns: 80 });
  expect(told(hosts)).toContain('n[1-2] (2 hosts)\n  ✖ tcp           3 ms  no TCP connection\n');
  expect(told(hosts.slice(0, 1))).toContain('n1\n  ✖ tcp           3 ms  10.0.0.0:22: no TCP connection\n');
});
