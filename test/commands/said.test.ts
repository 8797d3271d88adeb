import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import type { LoginOptions } from '../../src/commands/options.ts';
import { hear } from '../../src/commands/said.ts';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'mlbroute-said-'));
  writeFileSync(join(scratch, 'pw'), 'from a file\r\nnot this\n');
  writeFileSync(join(scratch, 'empty'), '\nlate\n');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Answers = { readonly [question: string]: string | null };

/** Hears the options; answers are given at a terminal, or there is none. */
async function heard(options: Partial<LoginOptions>, answers: Answers | null, env: NodeJS.ProcessEnv = {}) {
  const asked: string[] = [];
  const io = {
    env,
    isInputTty: answers !== null,
    askSecret: async (question: string) => {
      asked.push(question);
      return answers?.[question] ?? null;
    },
  } as Io;
  const file = options.connectionPasswordFile;
  const result = await hear(
    file === undefined ? options : { ...options, connectionPasswordFile: join(scratch, file) },
    io,
  );
  if (!result.ok) return result.error.map(({ message }) => message.replace(scratch, ''));
  const { transport, password, fallback, becomePassword } = result.value;
  return {
    transport,
    asked,
    password: password?.reveal(),
    fallback: fallback?.reveal(),
    sudo: becomePassword?.reveal(),
  };
}

const nothing = { transport: null, asked: [], password: undefined, fallback: undefined, sudo: undefined };

describe('what is said for one run', () => {
  type Case = readonly [string, Partial<LoginOptions>, Answers | null, NodeJS.ProcessEnv, unknown];
  it.each<Case>([
    ['may be nothing', {}, null, {}, nothing],
    ['may be a transport', { transport: 'openssh' }, null, {}, { ...nothing, transport: 'openssh' }],
    [
      'asks for both passwords, once each',
      { askPass: true, askBecomePass: true },
      { 'Password of ssh': 'a', 'Password of sudo': 'b' },
      {},
      { ...nothing, asked: ['Password of ssh', 'Password of sudo'], password: 'a', sudo: 'b' },
    ],
    [
      'reads the first line of a file',
      { connectionPasswordFile: 'pw' },
      null,
      {},
      { ...nothing, password: 'from a file' },
    ],
    ['falls back on the environment', {}, null, { MLBROUTE_PASSWORD: 'e' }, { ...nothing, fallback: 'e' }],
    ['takes an empty variable for none', {}, null, { MLBROUTE_PASSWORD: '' }, nothing],
    ['needs a terminal to ask on', { askPass: true }, null, {}, ['--ask-pass needs a terminal to ask on']],
    ['needs an answer', { askBecomePass: true }, {}, {}, ['no password was typed']],
    [
      'needs a password in the file',
      { connectionPasswordFile: 'empty' },
      null,
      {},
      ['the first line of /empty is empty'],
    ],
    [
      'needs the file',
      { connectionPasswordFile: 'none' },
      null,
      {},
      [expect.stringMatching(/^the file of the password cannot be read: Error: ENOENT/)],
    ],
  ])('%s', async (_, options, answers, env, expected) => {
    expect(await heard(options, answers, env)).toEqual(expected);
  });
});
