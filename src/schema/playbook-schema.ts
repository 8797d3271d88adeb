import * as z from 'zod';
import type { Diagnostic } from '../domain/diagnostic.ts';
import { hostsIn, parsePortion } from '../domain/portion.ts';
import type { HostVars } from '../domain/variable.ts';
import { type ActionVerb, actionKeys, actionNames, isAction, writtenActions } from './action-schema.ts';
import { ansibleHint } from './ansible-words.ts';
import type { CheckParams } from './check.ts';
import { diagnose } from './diagnose.ts';
import { type Verb, verbKeys, verbNames, verbSchemas } from './task-schema.ts';

const anything = z.record(z.string(), z.unknown());

const tag = z.string().regex(/^[^{}]*$/, { error: 'a tag is a plain word: it has no {{ }}' });

const tags = z
  .union([z.array(tag), tag], { error: 'tags are a list of plain words, without {{ }}' })
  .nullish()
  .meta({ description: 'Words that --tags and --skip-tags choose by: a list, or one text with commas' });

const portion = z
  .union([z.number(), z.string()], { error: 'this is a number of hosts, as 5, or a percentage, as 10%' })
  .superRefine((given, context) => {
    const parsed = parsePortion(String(given));
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error, params: { ...portionParams } });
  })
  .meta({ description: 'A number of hosts, or a percentage of them' });

const batchSize = portion.superRefine((given, context) => {
  const parsed = parsePortion(String(given));
  if (!parsed.ok || hostsIn(parsed.value, 100) > 0) return;
  context.addIssue({ code: 'custom', message: `"${given}" would begin no host`, params: { ...portionParams } });
});

const portionParams: CheckParams = { code: 'value', hint: null };

const taskKeys = {
  name: z.string().nullish().meta({ description: 'What the task is for' }),
  when: z
    .union([z.boolean(), z.string()], { error: 'when is one condition: join several with &&' })
    .optional()
    .meta({ description: 'A condition in CEL; where it is false, the host does not get what the task declares' }),
  loop: z
    .union([z.array(z.unknown()), z.string()], { error: 'loop is a list, or a reference to one' })
    .optional()
    .meta({ description: 'A list; the task counts once for each `item`' }),
  vars: anything.nullish().meta({ description: 'Variables of this task, over those of the play' }),
  tags,
  register: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, { error: 'register is the name of a variable: letters, digits and _' })
    .optional()
    .meta({ description: 'The name under which later actions know the result of this one' }),
};

/** All that a task can be. */
export const allVerbs: readonly (Verb | ActionVerb)[] = [...verbNames, ...actionNames];

function playbookOf(verbs: { readonly [verb in Verb | ActionVerb]: z.ZodType }) {
  const task = z
    .strictObject({ ...taskKeys, ...verbs })
    .meta({ description: 'One thing to declare or to do', oneOf: allVerbs.map((verb) => ({ required: [verb] })) })
    .superRefine((keys, context) => {
      const found = allVerbs.filter((verb) => Object.hasOwn(keys, verb));
      const [verb] = found;
      const tell = (message: string, params: CheckParams) =>
        context.addIssue({ code: 'custom', message, params: { ...params } });
      if (verb === undefined || found.length > 1) {
        const message =
          verb === undefined ? 'this task does nothing' : `a task is one thing, not ${found.join(' and ')}`;
        tell(message, { code: 'task-verb', hint: `write one of ${allVerbs.join(', ')}` });
      } else if (keys.register !== undefined && !isAction(verb)) {
        tell(`${verb} declares something: it has no result to register`, { code: 'register', hint: null });
      } else if (keys.register !== undefined && keys.loop !== undefined) {
        tell('a task with a loop has several results: it cannot register one', { code: 'register', hint: null });
      }
    });
  return z.array(play(task)).meta({ title: 'A playbook of mlbroute' });
}

function play<T extends z.ZodType>(task: T) {
  return z
    .strictObject({
      name: z.string().nullish().meta({ description: 'What the play is for' }),
      hosts: z.string().meta({ description: 'Its hosts: a pattern, as for --limit' }),
      vars: anything
        .nullish()
        .meta({ description: 'Variables of this play, over those of the inventory and under -e' }),
      tags,
      serial: z
        .union([batchSize, z.array(batchSize)])
        .nullish()
        .meta({ description: 'Hosts to change per batch; of a list, the last size repeats' }),
      max_fail: portion
        .nullish()
        .meta({ description: 'Start no more hosts once more than this many of the play’s failed' }),
      tasks: z.array(task).meta({ description: 'What its hosts shall have' }),
    })
    .meta({ description: 'Tasks for some hosts' });
}

/** A playbook with the arguments of its tasks written out: what editors are told. */
export const playbookSchema = playbookOf({
  ...verbSchemas,
  vlan: verbSchemas.vlan.optional(),
  route: verbSchemas.route.optional(),
  rule: verbSchemas.rule.optional(),
  sysctl: verbSchemas.sysctl.optional(),
  file: verbSchemas.file.optional(),
  template: verbSchemas.template.optional(),
  mark: verbSchemas.mark.optional(),
  iptables: verbSchemas.iptables.optional(),
  kernel_module: verbSchemas.kernel_module.optional(),
  unit: verbSchemas.unit.optional(),
  ...writtenActions,
});

/** A playbook as it is written: arguments may still be references, so they are looked at host by host. */
const unread = z.unknown().optional();
const writtenPlaybook = playbookOf({
  ...{ metallb_l2: unread, vlan: unread, route: unread, rule: unread, sysctl: unread, file: unread, template: unread },
  ...{ mark: unread, iptables: unread, kernel_module: unread, unit: unread },
  ...{ command: unread, package: unread, wait: unread, assert: unread, verify: unread, reboot: unread },
});

const playKeys = {
  play: Object.keys(play(z.unknown()).shape),
  task: [...Object.keys(taskKeys), ...allVerbs],
} as const;

/** A fault in the shape of a playbook, and what it spoils: the task of this number, all of the play (`task` null), or all there is (`play` null). */
export type ShapeFault = {
  readonly diagnostic: Diagnostic;
  readonly play: number | null;
  readonly task: number | null;
};

/** Every fault in the shape of a playbook; `vars` has it under the name `playbook`. */
export function checkPlaybook(vars: HostVars): readonly ShapeFault[] {
  const parsed = z.object({ playbook: writtenPlaybook }).safeParse(vars.values);
  const issues = parsed.error?.issues ?? [];
  const placeOf = ({ path }: z.core.$ZodIssue) => JSON.stringify(path);
  const misspelt = new Set(issues.filter(({ code }) => code === 'unrecognized_keys').map(placeOf));
  // An unknown key is told by itself, and most often it is the verb.
  const told = issues.filter((issue) => issue.code !== 'custom' || !misspelt.has(placeOf(issue)));
  return told.flatMap((issue) => {
    const [, play, list, task] = issue.path;
    const spoils = { play: numberOrNull(play), task: list === 'tasks' ? numberOrNull(task) : null };
    const keysOf = (path: readonly unknown[]) => (path.length < 3 ? playKeys.play : playKeys.task);
    const diagnostics = diagnose(issue, vars, keysOf, ansibleHint);
    return diagnostics.map((diagnostic) => ({ diagnostic, ...spoils }));
  });
}

function numberOrNull(key: PropertyKey | undefined): number | null {
  return typeof key === 'number' ? key : null;
}

/** Faults of the arguments of one task; `vars` has them under the name of its verb. */
export function argumentFaults(
  issues: readonly z.core.$ZodIssue[],
  vars: HostVars,
  verb: Verb | ActionVerb,
): readonly Diagnostic[] {
  const keys = { ...verbKeys, ...actionKeys }[verb];
  return issues.flatMap((issue) =>
    diagnose(issue, vars, (path) => (path.at(-1) === 'fwmark' ? ['value', 'mask'] : keys)),
  );
}
