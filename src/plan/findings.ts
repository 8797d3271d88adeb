import type { Finding, HostPlan, RuntimeChange } from '../domain/change.ts';
import { familyOfDecision } from '../domain/desired-state.ts';
import { iptablesOf } from '../domain/netfilter.ts';
import type { Observed, RunningState } from '../domain/observed.ts';
import { unreachable } from '../domain/result.ts';
import { rpFilterWords } from './effective-rp-filter.ts';

/** What a plan would change, said as what is wrong now: the audit's view of the same comparison. */
export function findingsOf(plan: HostPlan, observed: Observed): readonly Finding[] {
  const pending: readonly Finding[] =
    observed.pending === null
      ? []
      : [
          {
            code: 'pending',
            where: 'recorded',
            subject: observed.pending.id,
            message: `a push by ${observed.pending.owner} waits for its confirmation`,
            hint: observed.pending.isStale
              ? 'nobody will end it any more: the next push takes it back first'
              : 'unconfirmed, it reverts by itself',
          },
        ];
  const files = plan.files.map((change): Finding => {
    const edited = change.cause === 'edited-on-host';
    const by =
      edited && change.kind !== 'create' && change.before.kind === 'file'
        ? ` by ${change.before.owner} on ${new Date(change.before.modifiedAt * 1000).toISOString()}`
        : '';
    const base = { where: 'persisted', subject: change.path } as const;
    switch (change.kind) {
      case 'create':
        return {
          ...base,
          code: 'missing',
          message: edited ? 'was removed since the last push' : 'does not exist',
          hint: null,
        };
      case 'update':
        return {
          ...base,
          code: edited ? 'edited-on-host' : 'differs',
          message: edited ? `was edited${by} since the last push` : 'is not what the inventory asks for',
          hint: null,
        };
      case 'remove':
        return { ...base, code: 'unexpected', message: 'nothing in the inventory asks for it', hint: null };
      default:
        return unreachable(change);
    }
  });
  const running = plan.runtime
    .filter(({ subject }) => !['unit', 'networkd', 'netplan', 'activation', 'reload'].includes(subject))
    .map((change): Finding => {
      const key = change.subject === 'sysctl' ? change.words.split(' ')[1] : undefined;
      const hint = key === undefined ? chainHint(change, observed.running) : rpFilterWords(key, observed.running);
      const base = { where: 'running', subject: change.words, hint } as const;
      switch (change.sign) {
        case '+':
          return { ...base, code: 'missing', message: 'is missing in the running kernel' };
        case '~':
          return { ...base, code: 'differs', message: 'differs in the running kernel' };
        case '-':
          return { ...base, code: 'unexpected', message: 'is in the running kernel, and nothing asks for it' };
        default:
          return unreachable(change.sign);
      }
    });
  const boot = plan.warnings
    .filter(({ code }) => code === 'not-boot-safe')
    .map(
      ({ message, hint }): Finding => ({ code: 'not-boot-safe', where: 'persisted', subject: 'boot', message, hint }),
    );
  const unrecorded: readonly Finding[] =
    observed.recorded === null && plan.files.length === 0 && observed.persisted.length > 0
      ? [
          {
            code: 'missing',
            where: 'recorded',
            subject: '/var/lib/mlbroute/manifest.json',
            message: 'the files are there, but no push was ever confirmed here',
            hint: 'push again',
          },
        ]
      : [];
  return [...pending, ...files, ...running, ...emptyTables(plan, observed), ...boot, ...unrecorded];
}

/** A rule that leads into a table that lost all its routes: packets fall through to main and leave the wrong way, and nothing looks amiss. */
function emptyTables({ decisions, runtime }: HostPlan, { running }: Observed): readonly Finding[] {
  const tables = decisions.map((decision) => ({ ...decision, family: familyOfDecision(decision) }));
  return tables.flatMap(({ table, network, family }): Finding[] => {
    const rule = running.rules.find((one) => one.rule.table === table && one.rule.family === family)?.rule;
    const isLost = runtime.some(
      ({ subject, sign, words }) =>
        subject === 'route' &&
        sign === '+' &&
        words.endsWith(` table ${table}`) &&
        words.includes(':') === (family === 'ipv6'),
    );
    const isEmpty = !running.routes.some(({ route }) => route.table === table && route.family === family);
    if (rule === undefined || !isLost || !isEmpty) return [];
    return [
      {
        code: 'empty-table',
        where: 'running',
        subject: `${family === 'ipv6' ? 'IPv6 ' : ''}table ${table}`,
        message: `is empty, and rule ${rule.priority} leads there: replies of network ${network} take the main table’s way`,
        hint: 'an interface that went down took the routes along; push again',
      },
    ];
  });
}

/** Where a chain has as many rules as asked for, and one is printed otherwise: how the kernel has it. */
function chainHint({ subject, sign, words, apply }: RuntimeChange, { chains }: RunningState): string | null {
  if (subject !== 'chain' || sign !== '~') return null;
  const [restore] = apply;
  const now = chains.find(
    ({ name, table, family }) =>
      words.startsWith(`chain ${name} in ${table}`) && restore?.argv[0] === `${iptablesOf(family)}-restore`,
  );
  const wanted = (restore?.stdin ?? '').split('\n').filter((line) => line.startsWith(`-A ${now?.name} `));
  const other = wanted.findIndex((line, index) => line !== `-A ${now?.name} ${now?.rules[index]}`);
  return now === undefined || wanted.length !== now.rules.length || other < 0
    ? null
    : `rule ${other + 1} is ${now.rules[other]}`;
}
