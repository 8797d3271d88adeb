import { expect, it } from 'vitest';
import { parseBootFiles } from '../../src/facts/boot-files.ts';

it('tells netplan’s files that changed, but for ours and for folders, and what netplan says of them', () => {
  const unread = [
    '/etc/netplan/',
    '/etc/netplan/60-x.yaml',
    '/etc/netplan/90-mlbroute.yaml',
    '/etc/systemd/network/a.network',
  ];
  const sections = new Map([
    ['networkd-unread', unread.join('\n')],
    ['netplan-error', '/etc/netplan/60-x.yaml:2:1: Invalid YAML:\n  x: [\n'],
  ]);
  expect(parseBootFiles(sections)).toMatchObject({
    unreadNetplanFiles: ['/etc/netplan/60-x.yaml'],
    netplanError: '/etc/netplan/60-x.yaml:2:1: Invalid YAML: x: [',
  });
  expect(parseBootFiles(new Map())).not.toHaveProperty('netplanError');
});
