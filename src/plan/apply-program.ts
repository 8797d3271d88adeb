import type { FileChange, HostPlan, RuntimeChange } from '../domain/change.ts';
import { type Command, quoteWord, toShell } from '../domain/command.ts';
import type { Manifest } from '../domain/observed.ts';
import { digestOf } from './diff-files.ts';
import { hereDocument } from './here-document.ts';

/** What a transaction needs to be told beside the plan. */
export type ApplyOptions = {
  /** Names the transaction; letters, digits and dashes. */
  readonly id: string;
  /** Who pushes, shown to others while the transaction is open. */
  readonly owner: string;
  /** A random word that no file contains: it marks lines of the answer and ends here-documents. */
  readonly token: string;
  readonly confirmWithinS: number;
  /** The generation the plan was made on; 0 where the host had no record. */
  readonly generation: number;
  /** The texts of node/apply.sh and node/transaction.sh. */
  readonly programs: { readonly apply: string; readonly transaction: string };
};

/** The one program that applies a plan; `manifest` null makes the host forget mlbroute once it is confirmed: the node's own functions, then this host's data as shell functions, then the call of main. */
export function applyProgram(plan: HostPlan, manifest: Manifest | null, options: ApplyOptions): string {
  const { id, owner, token, confirmWithinS, generation, programs } = options;
  const document = (text: string) => hereDocument(text, `${token}-end`);
  // A reload makes networkd read all of its files: so it comes before the new ones are there, and its undo after they are gone.
  // What else reads files anew does so after them, and its undo, too.
  const preparations = plan.runtime.flatMap((change) =>
    change.isBeforeFiles ? [change] : change.readsFiles ? [{ ...change, apply: [] }] : [],
  );
  const steps = plan.runtime
    .filter(({ isBeforeFiles }) => !isBeforeFiles)
    .map((change) => (change.readsFiles ? { ...change, undo: change.undoBeforeFiles ?? [], undoAtBoot: [] } : change));
  const isNative = plan.runtime.some(({ subject }) => subject === 'activation');
  return [
    `token=${quoteWord(token)} id=${quoteWord(id)} owner=${quoteWord(owner)} confirm_within=${confirmWithinS} preparations=${preparations.length} native=${isNative ? 'yes' : "''"}`,
    programs.apply,
    `transaction_program() { printf %s ${quoteWord(programs.transaction)}; }`,
    `manifest() { printf %s ${quoteWord(manifest === null ? '' : `${JSON.stringify(manifest)}\n`)}; }`,
    `expect() {\nexpect_generation ${generation}\n${plan.files.map(expectation).join('\n')}\n}`,
    `stage() {\n:\n${plan.files.map((change, i) => stage(change, i + 1)).join('\n')}\n${[...preparations, ...steps].map((change, i) => undo(change, i + 1)).join('\n')}\n}`,
    `prepare() {\n:\n${preparations.map((change, i) => step(change, i + 1, document)).join('\n')}\n}`,
    `steps() {\n:\n${steps.map((change, i) => step(change, preparations.length + i + 1, document)).join('\n')}\n}`,
    'main </dev/null',
    '',
  ].join('\n');
}

function expectation(change: FileChange): string {
  const path = quoteWord(change.path);
  if (change.kind === 'create') return `expect_absent ${path}`;
  return change.before.kind === 'symlink'
    ? `expect_link ${path} ${quoteWord(change.before.target)}`
    : `expect_sha256 ${path} ${digestOf(change.before)}`;
}

function stage(change: FileChange, number: number): string {
  const path = quoteWord(change.path);
  if (change.kind === 'remove') return `stage_removal ${number} ${path}`;
  if (change.after.kind === 'symlink') return `stage_link ${number} ${quoteWord(change.after.target)} ${path}`;
  const { mode, content, owner, group, validate } = change.after;
  const account =
    owner === undefined && group === undefined ? '' : ` ${quoteWord(`${owner ?? 'root'}:${group ?? 'root'}`)}`;
  const lines = [`stage_file ${number} ${mode} ${path} ${quoteWord(content)}${account}`];
  if (validate != null)
    lines.push(`check_staged ${path} ${validate.map((word) => aboutStaged(word, number)).join(' ')}`);
  return lines.join('\n');
}

/** A word with the place of the staged file for each `%s` in it. */
function aboutStaged(word: string, number: number): string {
  const parts = word.split('%s').map((part) => (part === '' ? '' : quoteWord(part)));
  return parts.join(`"$here/new/${number}"`) || "''";
}

function step(change: RuntimeChange, number: number, document: (text: string) => string): string {
  if (change.apply.length === 0) return `pass ${number}`;
  const runs = change.apply.map((command) => `run ${shellLine(command, document)}`);
  return [`step ${number} ${quoteWord(`${change.sign} ${change.words}`)}`, ...runs, 'end_step'].join('\n');
}

/** The undo of a step runs each command whatever became of the one before; `try` is the transaction's own. */
function undo(change: RuntimeChange, number: number): string {
  const atBoot = change.undoAtBoot ?? [];
  const now = undoLine(String(number), change.undo);
  return atBoot.length === 0 ? now : `${now}\n${undoLine(`${number}.boot`, atBoot)}`;
}

function undoLine(name: string, commands: readonly Command[]): string {
  const lines = commands.map(({ argv, stdin }) =>
    stdin === null ? `try ${toShell(argv)}` : `try ${toShell(argv)} ${hereDocument(stdin, 'stdin-end').trimEnd()}`,
  );
  return `undo ${name} ${quoteWord(`:\n${lines.join('\n')}\n`)}`;
}

function shellLine({ argv, stdin }: Command, document: (text: string) => string): string {
  return stdin === null ? toShell(argv) : `${toShell(argv)} ${document(stdin)}`;
}
