import { quoteWord, toShell } from '../domain/command.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Session } from '../transport/session.ts';
import type { Surroundings } from './deployment.ts';
import { runAction } from './run-action.ts';

/** What the first contact needs from outside. */
export type ContactSurroundings = Surroundings & {
  /** The text of `node/first-contact.sh`. */
  readonly contactProgram: string;
};

/** `there`: it was there already. */
export type Granted = 'given' | 'there';

const deadlineMs = 60_000;
/** Archives can be slow, and other programs may be installing. */
const installTimeoutS = 600;

/** Lets a public key, a line of authorized_keys, log in as the user of the connection. */
export function authorizeKey(
  host: HostConnection,
  line: string,
  surroundings: ContactSurroundings,
): Promise<Result<Granted, Failure>> {
  return withSession({ ...host, become: null }, surroundings, (session) =>
    grant(session, ['authorize_key', line], surroundings),
  );
}

/** Lets the login user run `sh` as the user to become without a password, by a file of its own in /etc/sudoers.d. Runs as root. */
export async function grantSudo(
  host: HostConnection,
  surroundings: ContactSurroundings,
): Promise<Result<Granted, Failure>> {
  const dropIn = sudoersDropIn(host);
  if (!dropIn.ok) return dropIn;
  const { name, text } = dropIn.value;
  return withSession(host, surroundings, (session) => grant(session, ['grant_sudo', name, text], surroundings));
}

/** Installs packages by the host's own package manager. Runs as root. */
export function installPackages(
  host: HostConnection,
  names: readonly string[],
  surroundings: ContactSurroundings,
): Promise<Result<null, Failure>> {
  const action = { kind: 'package', names, state: 'present', timeoutS: installTimeoutS } as const;
  return withSession(host, surroundings, async (session) => {
    const end = await runAction(action, { session, wish: 'act' }, surroundings);
    if (!end.ok) return end;
    if (end.value.kind !== 'failed') return ok(null);
    const { message, output } = end.value;
    return err({ kind: 'action', action: `install ${names.join(' ')}`, message, output });
  });
}

/**
 * The file of /etc/sudoers.d that is enough for mlbroute: one shell, as one user. It says what it is, since who can run a shell as root is root.
 * The failure names a user that cannot be written there.
 */
export function sudoersDropIn({
  user,
  become,
}: Pick<HostConnection, 'user' | 'become'>): Result<{ readonly name: string; readonly text: string }, Failure> {
  const names = [user, become?.user ?? 'root'];
  // In sudoers, words of capitals are aliases.
  const strange = names.find((each) => !/^[a-z_][\w.-]*$/i.test(each) || /^[A-Z][A-Z0-9_]*$/.test(each));
  if (strange !== undefined) {
    const hint = 'write a rule for it yourself: it has to run sh as root without a password';
    return err({ kind: 'refused', message: `the user name ${strange} has no place in a file of sudoers`, hint });
  }
  const text = [
    `# By mlbroute bootstrap: ${user} runs programs of mlbroute, which go to a shell, as ${names[1]} without a password.`,
    `Defaults:${user} !requiretty`,
    `${user} ALL=(${names[1]}) NOPASSWD: /bin/sh, /usr/bin/sh`,
  ].join('\n');
  // sudo passes over names with a dot; and of rules that match the last one counts, so it comes after those of the provider.
  return ok({ name: `zz-mlbroute-${user.replaceAll('.', '_')}`, text });
}

async function withSession<T>(
  host: HostConnection,
  { connect }: Pick<Surroundings, 'connect'>,
  work: (session: Session) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const session = await connect(host);
  if (!session.ok) return session;
  try {
    return await work(session.value);
  } finally {
    await session.value.close();
  }
}

async function grant(
  session: Session,
  call: readonly [string, ...string[]],
  { contactProgram, randomWord }: ContactSurroundings,
): Promise<Result<Granted, Failure>> {
  const token = `@${randomWord()}`;
  const answer = await session.run({
    program: `token=${quoteWord(token)}\n${contactProgram}\n${toShell(call)}\n`,
    deadlineMs,
    onLine: null,
  });
  if (!answer.ok) return answer;
  const line = answer.value.stdout.split('\n').find((each) => each.startsWith(`${token} `)) ?? '';
  const [, word, ...rest] = line.split(' ');
  if (word === 'given' || word === 'there') return ok(word);
  if (word === 'failed') return err({ kind: 'refused', message: rest.join(' '), hint: null });
  return err({ kind: 'protocol', message: `the first contact ended early: ${answer.value.stderr.trim()}` });
}
