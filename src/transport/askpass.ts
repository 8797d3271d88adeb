import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HostConnection, Secret } from '../domain/host.ts';
import type { Unlock } from './locked-key.ts';

/** The program ssh(1) asks instead of a person; the build keeps node/ beside src/ and dist/. */
const askpassProgram = fileURLToPath(new URL('../../node/askpass.sh', import.meta.url));
const asksUs = { SSH_ASKPASS: askpassProgram, SSH_ASKPASS_REQUIRE: 'force' };

type Environment = { readonly [name: string]: string };

/**
 * What makes ssh(1) take a host's password from us: it goes through the environment, never through an argument. It is given to the question of
 * this very host alone: an ssh to a jump host inherits the environment, and must not learn it.
 */
export async function passwordEnvironment(host: HostConnection): Promise<Environment> {
  if (host.password === null) return {};
  const stdout = await configurationOf(host);
  // The login will say what is wrong; it must not learn the password on the way.
  if (stdout === null) return {};
  const setting = (name: string) => new RegExp(`^${name} (.+)$`, 'm').exec(stdout)?.[1];
  const asker = setting('hostkeyalias') ?? setting('hostname') ?? host.address;
  return {
    ...asksUs,
    MLBROUTE_ASKPASS_HOST: `${setting('user') ?? host.user}@${asker}`,
    MLBROUTE_ASKPASS_ANSWER: host.password.reveal(),
  };
}

/** Who hears of the questions of one ssh(1). */
type PassphraseListener = {
  /** Waits for a person from now on, or no longer. */
  readonly onPerson: (isAwaited: boolean) => void;
  readonly onLocked: (file: string, reason: string) => void;
};

/**
 * Answers one ssh(1), and those it starts to jump over, when they ask for the passphrase of a key: they open a socket in a private folder. A
 * passphrase goes to programs of this machine alone, and is asked for when a host has said that it takes the key.
 */
export async function servePassphrases(
  directory: string,
  { passphraseOf }: Unlock,
  { onPerson, onLocked }: PassphraseListener,
): Promise<{ readonly environment: Environment; readonly close: () => void }> {
  const path = join(directory, 'a');
  const answer = async (question: string): Promise<string> => {
    // ssh cuts a path after 100 bytes; then there is no such file.
    const [, file] = /^Enter passphrase for key '(.+)': $/.exec(question) ?? [];
    if (file === undefined) return '';
    onPerson(true);
    const passphrase = await passphraseOf(file).finally(() => onPerson(false));
    if (typeof passphrase !== 'string') return passphrase.reveal();
    onLocked(file, passphrase);
    return '';
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let question = '';
    socket.setEncoding('utf8').on('data', (more: string) => {
      question += more;
    });
    socket.on('end', () =>
      answer(question).then(
        (said) => socket.end(said),
        () => socket.destroy(),
      ),
    );
    // An ssh that was ended no longer waits for what it asked.
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    environment: { ...asksUs, MLBROUTE_ASKPASS_SOCKET: path, MLBROUTE_ASKPASS_NODE: process.execPath },
    close: () => server.close(),
  };
}

/** Whether ssh itself can open a key by a passphrase: it reads kinds that mlbroute cannot. False also where it is not installed. */
export async function opensForSsh(file: string, passphrase: Secret): Promise<boolean> {
  const env = { ...process.env, ...asksUs, MLBROUTE_ASKPASS_PASSPHRASE: passphrase.reveal() };
  return promisify(execFile)('ssh-keygen', ['-y', '-f', file], { env }).then(
    () => true,
    () => false,
  );
}

/** What ssh(1) makes of its files and arguments; null where that makes no sense to it. */
async function configurationOf({ sshArguments, address }: HostConnection): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('ssh', ['-G', ...sshArguments, '--', address]);
    return stdout;
  } catch {
    return null;
  }
}
