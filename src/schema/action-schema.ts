import * as z from 'zod';
import { type CheckContext, refuse } from './check.ts';

/** A program and its arguments as people write them. */
export const words = z
  .union([z.string(), z.array(z.union([z.string(), z.number()])).min(1)], {
    error: 'a command is a list of words, or one text of them',
  })
  .meta({ description: 'A program and its arguments: a list, or one text whose words are split at spaces' });
const path = z.string().regex(/^\//, { error: 'this must be an absolute path' });
const code = z.int().min(0).max(255);
const seconds = (most: number) => z.int().min(1).max(most);

const commandKeys = z.strictObject({
  argv: words,
  creates: path.nullish().meta({ description: 'There is nothing to do where this path exists' }),
  unless: words.nullish().meta({ description: 'There is nothing to do where this command ends with 0' }),
  chdir: path.nullish().meta({ description: 'The folder it runs in' }),
  stdin: z.string().nullish().meta({ description: 'Text for its standard input; none by default' }),
  ok: z.array(code).min(1).default([0]).meta({ description: 'Exit codes that are no failure' }),
  changed: z
    .union([z.boolean(), z.array(code)], { error: 'changed is true, false, or a list of exit codes' })
    .default(true)
    .meta({ description: 'Whether it changes the host, or the exit codes that say so; these are no failure either' }),
  timeout: seconds(86_400).default(600).meta({ description: 'Seconds it may take' }),
});

const packageKeys = z.strictObject({
  name: z
    .union([z.string(), z.array(z.string()).min(1)], { error: 'name is a package, or a list of them' })
    .meta({ description: 'A package, or a list of them' }),
  state: z.enum(['present', 'absent']).default('present').meta({ description: 'Installed, or not' }),
  timeout: seconds(86_400).default(900).meta({ description: 'Seconds it may take' }),
});

const waitKeys = z.strictObject({
  seconds: seconds(86_400).nullish().meta({ description: 'So many seconds' }),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .nullish()
    .meta({ description: 'Until something on the host listens on this TCP port' }),
  until: words.nullish().meta({ description: 'Until this command ends with 0' }),
  every: seconds(3600).default(1).meta({ description: 'Seconds between two attempts' }),
  timeout: seconds(86_400).default(300).meta({ description: 'Seconds until it fails' }),
});

const condition = z.union([z.string(), z.boolean()], { error: 'that is a condition, or a list of them' });
const assertKeys = z.strictObject({
  that: z
    .union([condition, z.array(condition).min(1)], { error: 'that is a condition, or a list of them' })
    .meta({ description: 'Conditions in CEL that must all hold' }),
  message: z.string().nullish().meta({ description: 'What to say where one does not' }),
});

const rebootKeys = z.strictObject({
  timeout: seconds(86_400).default(600).meta({ description: 'Seconds until the host must be back' }),
});

const descriptions = {
  command: 'Runs a program, without a shell',
  package: 'Installs or removes packages, by apt-get or dnf',
  wait: 'Waits',
  assert: 'Fails where a condition does not hold',
  verify: 'Asks the host whether all is as described, as the command verify does',
  reboot: 'Restarts the host and waits until it is back',
};

/** The arguments of each action once references are expanded and a short form is written out. */
export const actionSchemas = {
  command: commandKeys,
  package: packageKeys,
  wait: waitKeys.transform(onlyOne),
  assert: assertKeys,
  verify: z.strictObject({}),
  reboot: rebootKeys,
} as const;

/** What a task can do, beside what it can declare. */
export type ActionVerb = keyof typeof actionSchemas;

/** The actions in the order of the reference. */
export const actionNames = Object.keys(actionSchemas) as readonly ActionVerb[];

/** Whether a verb does something, instead of declaring it. */
export function isAction(verb: string): verb is ActionVerb {
  return Object.hasOwn(actionSchemas, verb);
}

/** The keys of each action's arguments. */
export const actionKeys: { readonly [verb in ActionVerb]: readonly string[] } = {
  command: Object.keys(commandKeys.shape),
  package: Object.keys(packageKeys.shape),
  wait: Object.keys(waitKeys.shape),
  assert: Object.keys(assertKeys.shape),
  verify: [],
  reboot: Object.keys(rebootKeys.shape),
};

/** The key that a short form stands for, where an action has one. */
export const shortKeys: { readonly [verb in ActionVerb]?: string } = { command: 'argv', package: 'name' };

/** Each action with its short form: what editors are told. */
export const writtenActions = {
  command: z.union([words, commandKeys]).optional().meta({ description: descriptions.command }),
  package: z.union([packageKeys.shape.name, packageKeys]).optional().meta({ description: descriptions.package }),
  wait: waitKeys.optional().meta({ description: descriptions.wait }),
  assert: assertKeys.optional().meta({ description: descriptions.assert }),
  verify: z.strictObject({}).nullish().meta({ description: descriptions.verify }),
  reboot: rebootKeys.nullish().meta({ description: descriptions.reboot }),
} as const;

type Until =
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'words'; readonly words: z.output<typeof words> };

function onlyOne(keys: z.output<typeof waitKeys>, context: CheckContext) {
  const { seconds, port, until, every: everyS, timeout: timeoutS } = keys;
  const found: readonly Until[] = [
    ...(seconds == null ? [] : [{ kind: 'seconds' as const, seconds }]),
    ...(port == null ? [] : [{ kind: 'port' as const, port }]),
    ...(until == null ? [] : [{ kind: 'words' as const, words: until }]),
  ];
  const [only] = found;
  if (only === undefined || found.length > 1) {
    const hint = 'write one of seconds, port and until';
    return refuse('it must be said for what to wait, once', context, { code: 'wait', hint });
  }
  return { until: only, everyS, timeoutS };
}
