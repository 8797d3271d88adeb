import { describe, expect, it } from 'vitest';
import { explainHostKey, fingerprint, hostKeyAlgorithms } from '../../src/transport/host-key.ts';
import { judgeHostKey, knownHostName, parseKnownHosts } from '../../src/transport/known-hosts.ts';

/** A public key in wire format: its type, and a body that only has to differ. */
function wireKey(type: string, body: string): Buffer {
  const part = (text: string) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat([part(type), part(body)]);
}

const shown = wireKey('ssh-ed25519', 'shown');
const line = (names: string, key: Buffer = shown, type = 'ssh-ed25519') => `${names} ${type} ${key.toString('base64')}`;
const other = wireKey('ssh-ed25519', 'other');
const rsa = wireKey('ssh-rsa', 'rsa');

/** Two lines that `ssh-keygen -H` made of `node1.example` and `[10.0.0.1]:2222`, and the fingerprint `ssh-keygen -l` gives of their key. */
const realKey = 'AAAAC3NzaC1lZDI1NTE5AAAAIMayKmIcOohLI3M8XY72X2d48rp1Pkspmtd9ICdpN5O8';
const hashedName = '|1|QlzyI2V7XZFLvwLtnBnl2aFBP3o=|pt5ptVuHDkgAbXSXbtsKGIGjCEk=';
const hashedPort = '|1|cYnHPvNIgEEMmyxgUcGQk2PnN9o=|MchkVhmtS5AQezkWqufQ5hHBHPw=';
const realPrint = 'SHA256:YWyt8jarJbS9JmwZS/hKuQPrbVIJ3yp2Amd6Sp/VxFA';

describe('a name hashed by ssh-keygen', () => {
  const lines = parseKnownHosts(
    `${hashedName} ssh-ed25519 ${realKey} x\n${hashedPort} ssh-ed25519 ${realKey} x\n`,
    'known_hosts',
  );
  const cases: readonly [address: string, port: number, verdict: string][] = [
    ['node1.example', 22, 'known'],
    ['NODE1.example', 22, 'known'],
    ['10.0.0.1', 2222, 'known'],
    ['10.0.0.1', 22, 'unknown'],
    ['10.0.0.2', 2222, 'unknown'],
  ];
  it.each(cases)('is found for %s and port %i: %s', (address, port, verdict) => {
    expect(judgeHostKey(lines, { address, port }, Buffer.from(realKey, 'base64')).kind).toBe(verdict);
  });
  it('holds a key with the fingerprint that ssh-keygen gives', () => {
    expect(fingerprint(Buffer.from(realKey, 'base64'))).toBe(realPrint);
  });
});

describe('the name of a host in known_hosts', () => {
  const cases: readonly [address: string, port: number, name: string][] = [
    ['node1.example', 22, 'node1.example'],
    ['Node1.Example', 22, 'node1.example'],
    ['10.0.0.1', 2222, '[10.0.0.1]:2222'],
    ['2001:DB8::1', 22, '2001:db8::1'],
    ['2001:db8::1', 2222, '[2001:db8::1]:2222'],
  ];
  it.each(cases)('of %s and port %i is %s', (address, port, name) => {
    expect(knownHostName(address, port)).toBe(name);
  });
});

describe('a line of known_hosts', () => {
  const host = { address: 'node1.example', port: 22 };
  const cases: readonly { title: string; text: string; port?: number; verdict: string }[] = [
    { title: 'with the name matches', text: line('node1.example'), verdict: 'known' },
    { title: 'with the name in other case matches', text: line('NODE1.example'), verdict: 'known' },
    { title: 'with the name in a list matches', text: line('node0.example,node1.example,10.0.0.1'), verdict: 'known' },
    { title: 'with a comment after the key matches', text: `${line('node1.example')} root@node1`, verdict: 'known' },
    {
      title: 'with tabs and spaces before and between matches',
      text: `  ${line('node1.example').replace(' ', '\t')}`,
      verdict: 'known',
    },
    { title: 'with another name says nothing', text: line('node2.example'), verdict: 'unknown' },
    { title: 'with a name that only begins like it says nothing', text: line('node1.example.org'), verdict: 'unknown' },
    { title: 'with a star matches', text: line('*.example'), verdict: 'known' },
    { title: 'with a star that stands for nothing matches', text: line('node1*.example'), verdict: 'known' },
    { title: 'with a question mark matches one character', text: line('node?.example'), verdict: 'known' },
    { title: 'with a question mark never matches none', text: line('node1?.example'), verdict: 'unknown' },
    { title: 'with a dot beside a star means a dot', text: line('*1xexample,n*1.e.ample'), verdict: 'unknown' },
    {
      title: 'with a negated name does not match, though a star would',
      text: line('*.example,!node1.example'),
      verdict: 'unknown',
    },
    {
      title: 'with a negated name first does not match either',
      text: line('!node1.example,*.example'),
      verdict: 'unknown',
    },
    {
      title: 'with the negation of others only matches by its star',
      text: line('*.example,!node2.example'),
      verdict: 'known',
    },
    { title: 'with nothing but a negation matches nobody', text: line('!node2.example'), verdict: 'unknown' },
    { title: 'with name and port matches that port', text: line('[node1.example]:2222'), port: 2222, verdict: 'known' },
    {
      title: 'with name and port says nothing of another port',
      text: line('[node1.example]:2222'),
      verdict: 'unknown',
    },
    { title: 'with a star around a port matches', text: line('[*.example]:2222'), port: 2222, verdict: 'known' },
    {
      title: 'with the bare name and this very key counts for any port',
      text: line('node1.example'),
      port: 2222,
      verdict: 'known',
    },
    {
      title: 'with the bare name and another key says nothing of other ports',
      text: line('node1.example', other),
      port: 2222,
      verdict: 'unknown',
    },
    { title: 'with another key says that it changed', text: line('node1.example', other), verdict: 'changed' },
    {
      title: 'with a key of another type says that it changed',
      text: line('node1.example', rsa, 'ssh-rsa'),
      verdict: 'changed',
    },
    {
      title: 'among lines with other keys is enough',
      text: `${line('node1.example', other)}\n${line('node1.example')}`,
      verdict: 'known',
    },
    {
      title: 'that revokes the key counts more than one that knows it',
      text: `${line('node1.example')}\n@revoked ${line('*')}`,
      verdict: 'revoked',
    },
    { title: 'that revokes another key says nothing', text: `@revoked ${line('*', other)}`, verdict: 'unknown' },
    {
      title: 'that revokes the key at the bare name counts for any port',
      text: `@revoked ${line('node1.example')}`,
      port: 2222,
      verdict: 'revoked',
    },
    {
      title: 'of a certificate authority is not a key of the host',
      text: `@cert-authority ${line('*.example')}`,
      verdict: 'unknown',
    },
    { title: 'with an unknown marker says nothing', text: `@strange ${line('node1.example')}`, verdict: 'unknown' },
    { title: 'behind a comment sign says nothing', text: `#${line('node1.example')}`, verdict: 'unknown' },
    {
      title: 'whose key is not of the type it names says nothing',
      text: line('node1.example', shown, 'ssh-rsa'),
      verdict: 'unknown',
    },
    { title: 'that is cut short says nothing', text: 'node1.example ssh-ed25519', verdict: 'unknown' },
    { title: 'whose key is cut short says nothing', text: 'node1.example ssh-ed25519 AAAA', verdict: 'unknown' },
    { title: 'with a hashed name that is broken says nothing', text: line('|1|x'), verdict: 'unknown' },
    {
      title: 'with a hash of an unknown kind says nothing',
      text: line(hashedName.replace('|1|', '|2|')),
      verdict: 'unknown',
    },
    { title: 'in a file with Windows line ends matches', text: `${line('node1.example')}\r\n`, verdict: 'known' },
  ];
  it.each(cases)('$title', ({ text, port, verdict }) => {
    expect(judgeHostKey(parseKnownHosts(text, 'known_hosts'), { ...host, port: port ?? 22 }, shown).kind).toBe(verdict);
  });
});

describe('the host key algorithms to ask for', () => {
  const all = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ];
  const first = (...names: string[]) => [...names, ...all.filter((name) => !names.includes(name))];
  const cases: readonly { title: string; text: string; port?: number; order: string[] }[] = [
    { title: 'are in the usual order for an unknown host', text: line('node2', rsa, 'ssh-rsa'), order: all },
    {
      title: 'begin with RSA, without SHA-1, where an RSA key is known',
      text: line('node1', rsa, 'ssh-rsa'),
      order: first('rsa-sha2-512', 'rsa-sha2-256'),
    },
    {
      title: 'begin with all that are known',
      text: `${line('node1', rsa, 'ssh-rsa')}\n${line('node1', wireKey('ecdsa-sha2-nistp384', 'x'), 'ecdsa-sha2-nistp384')}`,
      order: first('ecdsa-sha2-nistp384', 'rsa-sha2-512', 'rsa-sha2-256'),
    },
    {
      title: 'heed the bare name for another port',
      text: line('node1', rsa, 'ssh-rsa'),
      port: 2222,
      order: first('rsa-sha2-512', 'rsa-sha2-256'),
    },
    { title: 'do not heed a revoked key', text: `@revoked ${line('node1', rsa, 'ssh-rsa')}`, order: all },
    {
      title: 'do not heed a key type that ssh2 cannot use',
      text: line('node1', wireKey('ssh-dss', 'x'), 'ssh-dss'),
      order: all,
    },
  ];
  it.each(cases)('$title', ({ text, port, order }) => {
    expect(hostKeyAlgorithms(parseKnownHosts(text, 'known_hosts'), 'node1', port ?? 22)).toEqual(order);
  });
});

describe('the message about a host key', () => {
  const told = { address: 'node1', port: 22, key: shown, pinFile: '/home/me/.ssh/known_hosts' };
  const print = fingerprint(shown);

  it('is none for a known key', () => {
    expect(explainHostKey({ kind: 'known' }, told)).toBeNull();
  });

  it('gives the fingerprint of an unknown key and two ways to pin it', () => {
    expect(explainHostKey({ kind: 'unknown', authorities: [] }, told)).toEqual({
      kind: 'host-key',
      message: `node1 is not in known_hosts and shows ssh-ed25519 ${print}. If that fingerprint is right, pin it with --accept-new, or with: ssh-keyscan node1 >> /home/me/.ssh/known_hosts`,
      common:
        'not in known_hosts: mlbroute bootstrap shows the keys of new hosts and asks before it pins them in /home/me/.ssh/known_hosts; --accept-new pins them unseen',
    });
  });

  it('gives file and line of the key that was known', () => {
    const known = parseKnownHosts(`\n\n${line('node1', other)}`, '/home/me/.ssh/known_hosts');
    expect(explainHostKey({ kind: 'changed', known }, told)?.kind).toBe('host-key');
    expect(JSON.stringify(explainHostKey({ kind: 'changed', known }, told))).toContain(
      `known is ssh-ed25519 ${fingerprint(other)} (/home/me/.ssh/known_hosts:3), shown is ssh-ed25519 ${print}`,
    );
  });
});
