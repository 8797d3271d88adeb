import { quoteWord } from '../domain/command.ts';
import type { HostConnection } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';

/** How to start the shell that runs a program. */
export type ShellStart = {
  /** The exec string, made of simple words and one single-quoted word without quotes, backslashes or `!`: it means the same to every login shell. */
  readonly command: string;
  /** A line both output streams give when the shell is ready for the program. */
  readonly readyMarker: string;
  /** What sudo prints on standard error to ask for the password; null where none will be sent. */
  readonly passwordPrompt: string | null;
};

/**
 * The command that starts `sh` as the user the host's program needs. `token` must be fresh and not guessable, so that nothing on the host
 * can pretend to be sudo asking. Where the login user is already the one to become, there is no sudo.
 */
export function startShell(host: Pick<HostConnection, 'user' | 'become'>, token: string): ShellStart {
  const readyMarker = `mlbroute-ready-${token}`;
  const shell = `sh -c 'LC_ALL=C; export LC_ALL; echo ${readyMarker}; echo ${readyMarker} >&2; exec sh'`;
  const { become } = host;
  if (become === null || become.user === host.user) return { command: shell, readyMarker, passwordPrompt: null };
  // The C locale keeps sudo's own messages in the words `explainBecome` knows.
  const sudo = 'env LC_ALL=C sudo';
  const asUser = `-H -u ${quoteWord(become.user)} -- ${shell}`;
  if (become.password === null) return { command: `${sudo} -n ${asUser}`, readyMarker, passwordPrompt: null };
  const passwordPrompt = `mlbroute-password-${token}:`;
  return { command: `${sudo} -S -p ${passwordPrompt} ${asUser}`, readyMarker, passwordPrompt };
}

/**
 * A program as it is sent. The shell must read the whole group before it runs any of it, so a connection that breaks while sending
 * runs nothing (the missing `}` is a syntax error); and no command can eat the rest of the program, since their standard input is empty.
 * The program keeps its line numbers. `endMarker`: a line that begins so, and tells the exit code, follows its output; null where its end is that of the
 * shell.
 */
export function wrapProgram(program: string, endMarker: string | null): string {
  // The leading `:` keeps a program of comments only from being an empty group, which is a syntax error.
  return `{ :; ${program}\n} </dev/null\n${endMarker === null ? '' : `echo "${endMarker} $?"\n`}`;
}

const becomeTrouble: readonly { readonly sign: RegExp; readonly explain: (user: string, become: string) => string }[] =
  [
    {
      sign: /a password is required|no password was provided/,
      explain: (user) =>
        `sudo wants a password for ${user}: give it by -K or ansible_become_password, or let mlbroute bootstrap --sudoers write a rule that spares it`,
    },
    {
      sign: /incorrect password attempt|try again/,
      explain: (user) => `sudo refused the password of ${user}`,
    },
    {
      sign: /not in the sudoers file|may not run sudo|is not allowed to (execute|run)/,
      explain: (user, become) =>
        `${user} may not become ${become} with sudo: add it to sudoers, or to a group that is (often "sudo" or "wheel")`,
    },
    {
      sign: /sudo: (command )?not found|sudo'?: No such file|sudo: Permission denied/,
      explain: (user, become) => `the host has no sudo that ${user} can run: install it, or log in as ${become}`,
    },
    { sign: /unknown user/, explain: (_user, become) => `the host has no user ${become} to become` },
    {
      sign: /must have a tty/,
      explain: (user) =>
        `sudo demands a terminal (requiretty): allow it in sudoers with "Defaults:${user} !requiretty"`,
    },
  ];

/** Says why the shell never became ready, from what came before it on standard error. */
export function explainNoShell(
  host: Pick<HostConnection, 'user' | 'become'>,
  ended: { readonly exitCode: number | null; readonly said: string },
): Failure {
  const said = lastLines(ended.said);
  const quote = said === '' ? '' : `: "${said}"`;
  const { become } = host;
  const code = ended.exitCode === null ? 'on a signal' : `with exit code ${ended.exitCode}`;
  if (become === null || become.user === host.user) {
    return { kind: 'protocol', message: `the login shell of ${host.user} ended ${code} before it started sh${quote}` };
  }
  const known = becomeTrouble.find(({ sign }) => sign.test(ended.said));
  if (known !== undefined) return { kind: 'become', message: `${known.explain(host.user, become.user)}${quote}` };
  return { kind: 'become', message: `${host.user} did not become ${become.user}: sudo ended ${code}${quote}` };
}

/** The last three lines of a text that are not empty, as one line. */
function lastLines(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-3)
    .join(' / ');
}
