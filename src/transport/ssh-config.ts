import { execFile } from 'node:child_process';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { errorCode, errorText } from './error-code.ts';
import { saysTheSameForAll } from './same-for-all.ts';

/** What ssh(1) would do for a host: keywords of ssh_config(5) in lower case, each with its values in order. */
export type SshConfig = ReadonlyMap<string, readonly string[]>;

/** How `ssh -G` is asked. */
export type SshConfigRequest = {
  /** Arguments of ssh(1), which win over its files. */
  readonly arguments: readonly string[];
  readonly address: string;
  readonly deadlineMs: number;
};

/**
 * What `ssh -G` makes of ssh's files, with Include, Match, Match exec and tokens as ssh itself reads them: no second reader of that
 * language can be trusted to agree with it. Null where there is no ssh on this machine.
 */
export function readSshConfig(request: SshConfigRequest): Promise<Result<SshConfig | null, Failure>> {
  const words = ['-G', '-T', ...request.arguments, '--', request.address];
  const options = { timeout: request.deadlineMs, env: { ...process.env, LC_ALL: 'C' } };
  return new Promise((resolve) => {
    const child = execFile('ssh', words, options, (error, stdout, stderr) => {
      if (error === null) resolve(ok(parseSshConfig(stdout)));
      else if (errorCode(error) === 'ENOENT') resolve(ok(null));
      else {
        const said = stderr.trim().split(/\s*\n/).join(' / ');
        const message = `the configuration of ssh for ${request.address} cannot be read: ${said || errorText(error)}`;
        resolve(err({ kind: 'connect', message, isTransient: false }));
      }
    });
    child.stdin?.end();
  });
}

/**
 * Makes the function that asks `ssh -G`, each question once for as long as mlbroute runs; where ssh's files say the same for all hosts, one answer is for
 * all that have the same arguments. Starting a process for each of many hosts would hold everything else up.
 */
export function createConfigReader(): typeof readSshConfig {
  const plain = new Map<string, Promise<boolean>>();
  const asked = new Map<string, ReturnType<typeof readSshConfig>>();
  return async (request) => {
    const words = JSON.stringify(request.arguments);
    // A file that cannot be read is for ssh itself to complain of.
    const isPlain = plain.get(words) ?? saysTheSameForAll(request.arguments).catch(() => false);
    plain.set(words, isPlain);
    const isSame = await isPlain;
    const question = isSame ? words : JSON.stringify([request.arguments, request.address]);
    const answer = asked.get(question) ?? readSshConfig(request);
    asked.set(question, answer);
    const config = await answer;
    if (!isSame || !config.ok || config.value === null) return config;
    return ok(new Map([...config.value, ['hostname', [request.address.toLowerCase()]]]));
  };
}

/** Parses what `ssh -G` prints: a keyword and a value per line. */
function parseSshConfig(text: string): SshConfig {
  const config = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, keyword, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const values = config.get(keyword.toLowerCase()) ?? [];
    values.push(value);
    config.set(keyword.toLowerCase(), values);
  }
  return config;
}

/** The files that a keyword names, in order; those that are not to be are left out. `~` stays. */
export function filesIn(config: SshConfig, keyword: string): readonly string[] {
  return (
    config
      .get(keyword)?.[0]
      ?.split(' ')
      .filter((file) => file !== '' && file !== 'none') ?? []
  );
}

/** The keywords that say something else than in `defaults`. */
export function changedKeywords(config: SshConfig, defaults: SshConfig): readonly string[] {
  return [...config.keys()].filter((keyword) => valuesOf(config, keyword) !== valuesOf(defaults, keyword));
}

function valuesOf(config: SshConfig, keyword: string): string {
  return JSON.stringify(config.get(keyword) ?? null);
}
