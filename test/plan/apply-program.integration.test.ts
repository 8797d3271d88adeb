import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeChange } from '../../src/domain/change.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { applyProgram } from '../../src/plan/apply-program.ts';
import { wrapProgram } from '../../src/transport/shell.ts';
import { needTool } from '../backends/run-tool.ts';
import { samplePlan } from '../report/sample-plan.ts';
import { manifest } from '../tasks/example-host.ts';

/** Stands in for node/apply.sh: keeps what each function is given, and then runs the undo lists as the transaction would. */
const standIn = `
refuse() { exit 9; }
stage_file() { printf %s "$4" >"$here/file$1"; printf '%s\\0' "$2" "$3" >"$here/words$1"; }
stage_link() { printf '%s\\0' "$2" "$3" >"$here/words$1"; }
expect_generation() { :; }
expect_absent() { :; }
undo() { printf %s "$2" >"$here/undo$1"; }
step() { number=$1; printf '%s\\0' "$2" >"$here/step$1"; }
run() { printf '%s\\0' "$@" >>"$here/run$number"; [ "$1" != restore ] || cat >>"$here/run$number"; }
try() { printf '%s\\0' "$@" >>"$here/tried$number"; [ "$1" != restore ] || cat >>"$here/tried$number"; }
end_step() { . "$here/undo$number"; }
main() { transaction_program >"$here/transaction"; manifest >"$here/manifest"; expect; stage; prepare; steps; }
`;

/** Every character that means something to some shell, those that shells use inside themselves, and any other but NUL. */
const text = fc
  .oneof(
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~% \t\n\r=-a', 'é', '\u0081', '\u0088', '\u{1f600}') }),
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('EOF', '<<EOF', "it's", '$(id)', '`id`', '\u0024{x}', '\\', '', 'stdin-en'))
      .map((lines) => lines.join('\n')),
  )
  .filter((one) => !/[\0\ufffd]|@token-end/.test(one));
const lines = text.map((one) => `${one}\n`);
const word = text.filter((one) => one !== '');

const file: fc.Arbitrary<ManagedFile> = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    path: word.map((name) => `/etc/${name}`),
    mode: fc.constantFrom('0644', '0600'),
    content: fc.oneof(text, lines),
  }),
  fc.record({ kind: fc.constant('symlink' as const), path: word.map((name) => `/etc/${name}`), target: word }),
);

const change: fc.Arbitrary<RuntimeChange> = fc
  .record({ words: word, argv: fc.array(word, { minLength: 1, maxLength: 4 }), stdin: lines })
  .map(({ words, argv, stdin }) => {
    const plain = { argv: ['plain', ...argv], why: '', stdin: null };
    const fed = { argv: ['restore', ...argv], why: '', stdin };
    return { sign: '+', subject: 'rule', words, apply: [plain, fed], undo: [fed, plain] };
  });

const shells = [
  ['dash', 'dash', []],
  ['bash', 'bash', ['--posix', '--norc']],
  ['busybox', 'busybox-static', ['sh']],
] as const;

describe('the apply program', () => {
  let folder: string;
  beforeAll(() => {
    for (const [shell, debianPackage] of shells) needTool(`/usr/bin/${shell}`, debianPackage);
    folder = mkdtempSync(join(tmpdir(), 'mlbroute-apply-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(shells)('brings every text to %s byte for byte', (shell, _, first) => {
    const plans = fc.record({
      files: fc.array(file, { maxLength: 4 }),
      runtime: fc.array(change, { maxLength: 3 }),
      owner: word,
      transaction: lines,
    });
    fc.assert(
      fc.property(plans, ({ files, runtime, owner, transaction }) => {
        const here = mkdtempSync(join(folder, 'case-'));
        const recorded = manifest({ pushedBy: owner, files });
        const plan = samplePlan('node1', {
          files: files.map((after) => ({ kind: 'create', path: after.path, after, cause: 'inventory' })),
          runtime,
        });
        const programs = { apply: `here=${here}\n${standIn}`, transaction };
        const options = { id: 't1', owner, token: '@token', confirmWithinS: 60, generation: 0, programs };
        const input = wrapProgram(applyProgram(plan, recorded, options), null);
        execFileSync(`/usr/bin/${shell}`, [...first], { input, stdio: ['pipe', 'pipe', 'inherit'] });

        const found = new Map(readdirSync(here).map((name) => [name, readFileSync(join(here, name), 'utf8')]));
        const zeros = (words: readonly string[]) => words.map((one) => `${one}\0`).join('');
        expect(found.get('transaction')).toBe(transaction);
        expect(JSON.parse(found.get('manifest') ?? '')).toEqual(recorded);
        for (const [i, one] of files.entries()) {
          expect(found.get(`file${i + 1}`)).toBe(one.kind === 'file' ? one.content : undefined);
          expect(found.get(`words${i + 1}`)).toBe(zeros([one.kind === 'file' ? one.mode : one.target, one.path]));
        }
        for (const [i, { words, apply, undo }] of runtime.entries()) {
          const given = (commands: RuntimeChange['apply']) =>
            commands.map(({ argv, stdin }) => zeros(argv) + (stdin ?? '')).join('');
          expect(found.get(`step${i + 1}`)).toBe(`+ ${words}\0`);
          expect(found.get(`run${i + 1}`)).toBe(given(apply));
          expect(found.get(`tried${i + 1}`)).toBe(given(undo));
        }
      }),
      { numRuns: 120 },
    );
  });
});
