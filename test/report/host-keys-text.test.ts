import { expect, it } from 'vitest';
import { formatHostKeys } from '../../src/report/host-keys-text.ts';

it('shows host keys as a table, hosts as people count them', () => {
  const rows = ['n10', 'n2', '[n1]:2222'].map((name) => ({
    name,
    type: 'ssh-ed25519',
    fingerprint: `SHA256:of ${name}`,
  }));
  expect(formatHostKeys(rows, { color: false }).split('\n').slice(1, 4)).toEqual([
    '  [n1]:2222  ssh-ed25519  SHA256:of [n1]:2222',
    '  n2         ssh-ed25519  SHA256:of n2',
    '  n10        ssh-ed25519  SHA256:of n10',
  ]);
});
