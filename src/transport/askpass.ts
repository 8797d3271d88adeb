import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { HostConnection } from '../domain/host.ts';

/** The program ssh(1) asks for passwords; the build keeps node/ beside src/ and dist/. */
const askpassProgram = fileURLToPath(new URL('../../node/askpass.sh', import.meta.url));

/**
 * What makes ssh(1) take a host's password from us: it goes through the environment, never through an argument. It is given to the question of
 * this very host alone: an ssh to a jump host inherits the environment, and must not learn it.
 */
export async function askpassEnvironment(host: HostConnection): Promise<{ readonly [name: string]: string }> {
  if (host.password === null) return {};
  const stdout = await configurationOf(host);
  // The login will say what is wrong; it must not learn the password on the way.
  if (stdout === null) return {};
  const setting = (name: string) => new RegExp(`^${name} (.+)$`, 'm').exec(stdout)?.[1];
  const asker = setting('hostkeyalias') ?? setting('hostname') ?? host.address;
  return {
    SSH_ASKPASS: askpassProgram,
    SSH_ASKPASS_REQUIRE: 'force',
    MLBROUTE_ASKPASS_HOST: `${setting('user') ?? host.user}@${asker}`,
    MLBROUTE_ASKPASS_ANSWER: host.password.reveal(),
  };
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
