import { describe, expect, it } from 'vitest';
import { sudoersDropIn } from '../../src/deploy/first-contact.ts';

const root = { user: 'root', password: null };

describe('the rule for sudo', () => {
  it('lets one user run one shell as another one', () => {
    const made = sudoersDropIn({ user: 'john.doe', become: root });
    // A name with a dot is passed over by sudo.
    expect(made).toMatchObject({ ok: true, value: { name: 'zz-mlbroute-john_doe' } });
    expect(made.ok && made.value.text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'Defaults:john.doe !requiretty',
      'john.doe ALL=(root) NOPASSWD: /bin/sh, /usr/bin/sh',
    ]);
    const other = sudoersDropIn({ user: 'admin', become: { user: 'net', password: null } });
    expect(other.ok && other.value.text).toContain('admin ALL=(net) NOPASSWD: ');
  });

  it.each(['ALL', 'a,b', '%wheel', '#0', 'CORP\\ann', 'a b', 'ann\nALL ALL=(ALL) ALL', ''])(
    'is refused for %j',
    (user) => {
      for (const hosts of [
        { user, become: root },
        { user: 'admin', become: { user, password: null } },
      ]) {
        const made = sudoersDropIn(hosts);
        expect(!made.ok && made.error).toMatchObject({ kind: 'refused' });
      }
    },
  );
});
