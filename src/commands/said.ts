import { readFile } from 'node:fs/promises';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { type HostConnection, type Secret, secret } from '../domain/host.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Io } from './io.ts';
import type { LoginOptions } from './options.ts';

/** What was said for this run, beside the inventory. Null where nothing was. */
export type Said = {
  readonly transport: HostConnection['transport']['kind'] | null;
  /** Of ssh; counts before the inventory's. */
  readonly password: Secret | null;
  /** Of ssh; counts where the inventory has none. */
  readonly fallback: Secret | null;
  /** Of sudo; counts before the inventory's. */
  readonly becomePassword: Secret | null;
};

/** Asks for passwords or reads them, where that is wanted; each is asked for once, whatever the number of hosts. */
export async function hear(options: Partial<LoginOptions>, io: Io): Promise<Result<Said, readonly Diagnostic[]>> {
  const password =
    options.connectionPasswordFile === undefined
      ? await ask(options.askPass === true, sshPassword, io)
      : await firstLine(options.connectionPasswordFile);
  if (!password.ok) return password;
  const becomePassword = await ask(options.askBecomePass === true, sudoPassword, io);
  if (!becomePassword.ok) return becomePassword;
  const { MLBROUTE_PASSWORD = '' } = io.env;
  return ok({
    transport: options.transport ?? null,
    password: password.value,
    fallback: MLBROUTE_PASSWORD === '' ? null : secret(MLBROUTE_PASSWORD),
    becomePassword: becomePassword.value,
  });
}

type Question = { readonly text: string; readonly option: string; readonly code: string; readonly variable: string };

const sshPassword: Question = {
  text: 'Password of ssh',
  option: '--ask-pass',
  code: 'ssh-password',
  variable: 'ansible_password',
};
const sudoPassword: Question = {
  text: 'Password of sudo',
  option: '--ask-become-pass',
  code: 'become-password',
  variable: 'ansible_become_password',
};

async function ask(
  isWanted: boolean,
  question: Question,
  io: Io,
): Promise<Result<Secret | null, readonly Diagnostic[]>> {
  if (!isWanted) return ok(null);
  const typed = io.isInputTty ? await io.askSecret(question.text) : null;
  if (typed !== null) return ok(secret(typed));
  const message = io.isInputTty ? 'no password was typed' : `${question.option} needs a terminal to ask on`;
  return refused(question.code, message, `or say ${question.variable} in the inventory`);
}

async function firstLine(file: string): Promise<Result<Secret, readonly Diagnostic[]>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return refused('ssh-password', `the file of the password cannot be read: ${String(error)}`, null);
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line !== '') return ok(secret(line));
  return refused('ssh-password', `the first line of ${file} is empty`, 'write the password there');
}

function refused(code: string, message: string, hint: string | null): Result<never, readonly Diagnostic[]> {
  return err([unplacedError(code, message, hint)]);
}
