import { readFile } from 'node:fs/promises';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { type ChooseOptions, createChooser, type Ssh2Way } from './choose-transport.ts';
import { type Credential, gatherCredentials, inHome } from './credentials.ts';
import { defaultDeadlines } from './deadlines.ts';
import { createKeyFileReader, inspectKey, publicLine } from './key-file.ts';
import { agentKeys } from './keys-beyond.ts';
import type { Unlock } from './locked-key.ts';
import { readSshConfig } from './ssh-config.ts';

/** Where a user's keys are, and how locked ones are opened; missing: they are not. */
export type OwnKeys = ChooseOptions & { readonly unlock?: Unlock };

/**
 * Makes the function that finds the public half of the key that a login to a host begins with, as a line of authorized_keys: what to give to a host that
 * knows none yet. The failure says why there is none.
 */
export function createKeyFinder(options: OwnKeys): (host: HostConnection) => Promise<Result<string, Failure>> {
  const choose = createChooser(options);
  const deadlineMs = defaultDeadlines.tcpMs;
  return async (host) => {
    const way = await choose(host, deadlineMs);
    if (!way.ok) return way;
    return way.value.kind === 'ssh2' ? keyOfSsh2(way.value, options) : keyOfOpenssh(host, options, deadlineMs);
  };
}

async function keyOfSsh2(way: Ssh2Way, options: OwnKeys): Promise<Result<string, Failure>> {
  const host = { ...way.configured.host, password: null };
  const { offers, leftOut } = await gatherCredentials(host, {
    homeDirectory: options.homeDirectory,
    agentSocket: way.agentSocket,
    inspectKey,
    readKeyFile: createKeyFileReader(),
    unlock: options.unlock ?? null,
  });
  for (const offer of offers) {
    const [line] = await publicLines(offer);
    if (line !== undefined) return ok(line);
  }
  return noKey(leftOut.filter((each) => !each.startsWith('no password')));
}

async function publicLines(offer: Credential): Promise<readonly string[]> {
  switch (offer.kind) {
    case 'key-file':
      return [publicLine(offer.data)];
    case 'locked-key':
      return [offer.publicKey];
    case 'agent':
      return offer.only === null ? keysIn(offer.socket) : [offer.only.toString('utf8').trim()];
    case 'password':
      return [];
  }
}

/** What ssh(1) would offer has its public half beside it, or in the agent. */
async function keyOfOpenssh(
  host: HostConnection,
  { homeDirectory, agentSocket }: ChooseOptions,
  deadlineMs: number,
): Promise<Result<string, Failure>> {
  const config = await readSshConfig({ arguments: host.sshArguments, address: host.address, deadlineMs });
  if (!config.ok) return config;
  const files = (config.value?.get('identityfile') ?? []).map((file) => inHome(file, homeDirectory));
  for (const file of files) {
    const text = await readFile(`${file}.pub`, 'utf8').catch(() => null);
    if (text !== null && text.trim() !== '') return ok(text.trim());
  }
  const [held] = agentSocket === null ? [] : await keysIn(agentSocket);
  return held === undefined ? noKey([`none of ${files.join(', ')} has a .pub beside it`]) : ok(held);
}

/** A certificate is no line of authorized_keys. */
async function keysIn(socket: string): Promise<readonly string[]> {
  return (await agentKeys(socket)).filter((line) => !/-cert-v01@/.test(line));
}

function noKey(reasons: readonly string[]): Result<never, Failure> {
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return err({
    kind: 'refused',
    message: `there is no key of yours to install${why}`,
    hint: 'make one with ssh-keygen -t ed25519',
  });
}
