import type { DeclaredFile } from '../domain/declared-file.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { parseFileTemplate } from '../inventory/file-template.ts';
import { type HostVarsFault, locatedVars } from '../inventory/host-vars.ts';
import type { InventoryHost } from '../inventory/inventory.ts';
import type { Entry } from '../inventory/located.ts';
import type { WrittenFile } from '../schema/file-schema.ts';
import { commandWords } from './command-words.ts';
import type { Task } from './playbook.ts';
import type { Resolving } from './resolve-host.ts';
import { namedValues, type Turn } from './turns.ts';

// A host reads a push as one program, and a person its plan.
const mostBytes = 1_000_000;

/** The file that a task declares, with its text; that of a template is made from the variables of the host. */
export function readFile(
  host: InventoryHost,
  { task, args, turn }: { readonly task: Task; readonly args: Entry; readonly turn: Turn },
  written: WrittenFile,
  resolving: Resolving,
): Result<DeclaredFile, HostVarsFault> {
  const vars = locatedVars(new Map([[task.verb, args]]));
  const refuse = (key: string, code: string, message: string, hint: string | null) =>
    faulty({ severity: 'error', code, message, hint, at: vars.locate([task.verb, key]) });
  const { text, validate, reload, ...rest } = written;
  const [check, load] = [validate, reload].map((each) => (each == null ? ok(null) : commandWords(each)));
  if (check === undefined || load === undefined) throw new Error('two commands became none');
  if (!check.ok) return refuse('validate', 'command', check.error.message, check.error.hint);
  if (!load.ok) return refuse('reload', 'command', load.error.message, load.error.hint);
  if (check.value !== null && !check.value.some((word) => word.includes('%s')))
    return refuse(
      'validate',
      'file-validate',
      'validate has no %s, so it would not look at this text',
      'e.g. visudo -cf %s',
    );
  const source =
    text.kind === 'content' ? ok({ file: '', text: text.content }) : resolving.readSource(text.src, args.keyAt.file);
  if (!source.ok) return refuse('src', 'file-source', source.error, 'its path starts at the folder of the playbook');
  const made =
    task.verb === 'template' ? print(host, { ...source.value, task, turn }, resolving) : ok(source.value.text);
  if (!made.ok) return made;
  const key = text.kind;
  if (made.value.includes('\0')) return refuse(key, 'file-text', 'the text has a character 0', null);
  if (Buffer.byteLength(made.value) > mostBytes)
    return refuse(key, 'file-text', `the text is longer than ${mostBytes} bytes`, 'have a package bring it');
  return ok({ ...rest, content: made.value, validate: check.value, reload: load.value });
}

function print(
  host: InventoryHost,
  {
    file,
    text,
    task,
    turn,
  }: { readonly file: string; readonly text: string; readonly task: Task; readonly turn: Turn },
  resolving: Resolving,
): Result<string, HostVarsFault> {
  const template = parseFileTemplate(text, file);
  if (!template.ok) return faulty(template.error);
  const values = namedValues(host, { names: template.value.names, at: task.args.keyAt }, turn, resolving);
  if (!values.ok) return values;
  const printed = template.value.print(values.value);
  return printed.ok ? printed : faulty(printed.error);
}

function faulty(diagnostic: Diagnostic): Result<never, HostVarsFault> {
  return err({ diagnostics: [diagnostic], locked: [] });
}
