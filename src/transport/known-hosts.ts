import { createHmac } from 'node:crypto';

/** One line of a known_hosts file. */
export type KnownHost = {
  readonly marker: 'revoked' | 'cert-authority' | null;
  /** The names as written: a comma list of patterns, or one hashed name. */
  readonly names: string;
  readonly keyType: string;
  readonly key: Buffer;
  readonly file: string;
  readonly line: number;
};

/** What known_hosts says about the key a host shows. */
export type HostKeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'revoked'; readonly by: KnownHost }
  /** Other keys are known for the host, and this is none of them. */
  | { readonly kind: 'changed'; readonly known: readonly KnownHost[] }
  /** `authorities` are lines that would have needed a host certificate. */
  | { readonly kind: 'unknown'; readonly authorities: readonly KnownHost[] };

/** Parses a known_hosts file. Lines that make no sense are left out, as ssh(1) does. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split('\n').flatMap((raw, index) => {
    const words = raw.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith('@') ? words.shift()?.slice(1) : null;
    const [names, keyType, base64] = words;
    if (names === undefined || names.startsWith('#') || keyType === undefined || base64 === undefined) return [];
    if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return [];
    const key = Buffer.from(base64, 'base64');
    return keyTypeOf(key) === keyType ? [{ marker, names, keyType, key, file, line: index + 1 }] : [];
  });
}

/** The type a public key in wire format names: its first string (RFC 4253 §6.6). Null where it is cut short. */
export function keyTypeOf(key: Buffer): string | null {
  if (key.length < 4) return null;
  const end = 4 + key.readUInt32BE(0);
  return end > key.length ? null : key.toString('latin1', 4, end);
}

/** The name under which known_hosts keeps a host: the address as given, in brackets with the port where that is not 22. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** What known_hosts keeps a host by: under an alias the port is no part of the name, as in ssh(1). */
export function keptBy(
  { address, port }: { readonly address: string; readonly port: number },
  alias: string | null,
): { readonly address: string; readonly port: number } {
  return alias === null ? { address, port } : { address: alias, port: 22 };
}

/** The lines that speak of a host, those of certificate authorities among them. */
export function linesFor(lines: readonly KnownHost[], name: string): readonly KnownHost[] {
  const index = indexes.get(lines) ?? makeIndex(lines);
  indexes.set(lines, index);
  const found =
    index.found.get(name) ??
    [...(index.plain.get(name) ?? []), ...index.others.filter((line) => matchesName(line.names, name))].sort(
      (a, b) => (index.place.get(a) ?? 0) - (index.place.get(b) ?? 0),
    );
  index.found.set(name, found);
  return found;
}

/**
 * Thousands of hosts look for their line among thousands: plain names are found at once, and what was found for a name is kept, since a hashed line
 * costs a hash for each name it is asked about.
 */
type Index = {
  readonly plain: ReadonlyMap<string, readonly KnownHost[]>;
  readonly others: readonly KnownHost[];
  readonly place: ReadonlyMap<KnownHost, number>;
  readonly found: Map<string, readonly KnownHost[]>;
};

const indexes = new WeakMap<readonly KnownHost[], Index>();

function makeIndex(lines: readonly KnownHost[]): Index {
  const plain = new Map<string, KnownHost[]>();
  const others: KnownHost[] = [];
  for (const line of lines) {
    if (/[|*?!]/.test(line.names)) {
      others.push(line);
      continue;
    }
    for (const name of new Set(line.names.toLowerCase().split(','))) {
      const its = plain.get(name);
      if (its === undefined) plain.set(name, [line]);
      else its.push(line);
    }
  }
  return { plain, others, place: new Map(lines.map((line, i) => [line, i])), found: new Map() };
}

/**
 * Judges the key a host shows. As ssh(1) does, a host on another port may also be known by its bare address, but then only by this very
 * key. Stricter than ssh(1): a host that is known, but by keys of other types only, counts as changed, not as unknown.
 */
export function judgeHostKey(
  lines: readonly KnownHost[],
  host: { address: string; port: number },
  key: Buffer,
): HostKeyVerdict {
  const own = linesFor(lines, knownHostName(host.address, host.port));
  const bare = host.port === 22 ? [] : linesFor(lines, knownHostName(host.address, 22));
  const isSame = (line: KnownHost) => line.key.equals(key);

  const revoked = [...own, ...bare].find((line) => line.marker === 'revoked' && isSame(line));
  if (revoked !== undefined) return { kind: 'revoked', by: revoked };
  if ([...own, ...bare].some((line) => line.marker === null && isSame(line))) return { kind: 'known' };
  const known = own.filter((line) => line.marker === null);
  if (known.length > 0) return { kind: 'changed', known };
  return { kind: 'unknown', authorities: own.filter((line) => line.marker === 'cert-authority') };
}

function matchesName(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name);
  const patterns = names.toLowerCase().split(',');
  // One negated pattern that matches rules the whole line out, wherever it stands.
  if (patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, name));
}

/** `|1|salt|hash`, both base64: the hash is HMAC-SHA1 over the name with the salt as key. */
function matchesHash(names: string, name: string): boolean {
  const [, version, salt, hash] = names.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest().equals(Buffer.from(hash, 'base64'));
}

/** `*` is any text, `?` any one character; brackets stand for themselves. */
function matchesPattern(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}
