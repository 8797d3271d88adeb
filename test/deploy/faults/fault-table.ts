import type { HostOutcome } from '../../../src/domain/outcome.ts';

type Row = {
  /** What goes wrong. */
  readonly fault: string;
  readonly when: string;
  /** How the node ends, and what brought it there. */
  readonly end: string;
  /** What a push may say; more than one where it depends on how far the node had come. */
  readonly says: readonly HostOutcome['status'][];
};

const before = 'before';
// Notes go to a page that a file has already, or to a new one.
const afterWhereNoted = 'after where what is still to be noted finds room, else before';

/** Every fault that is tried, with its outcome. The tests take their titles from here, docs/safety.md its table. */
export const faultTable = {
  'killed-open': {
    fault: 'node program killed with `-9`',
    when: 'before each command until it has the lock',
    end: before,
    says: ['failed', 'reverted'],
  },
  'killed-arm': { fault: 'the same', when: 'while it arms the switch', end: before, says: ['reverted'] },
  'killed-stage': { fault: 'the same', when: 'while it stages and syncs', end: before, says: ['reverted'] },
  'killed-write': {
    fault: 'the same',
    when: 'before each command that writes a file',
    end: before,
    says: ['reverted'],
  },
  'killed-step': {
    fault: 'the same',
    when: 'before each command of a kernel step, and at the end',
    end: before,
    says: ['reverted'],
  },
  'killed-alone': {
    fault: 'node program and controller killed together',
    when: 'any time after the switch is armed',
    end: 'before, by the timer',
    says: [],
  },
  'killed-undo': {
    fault: 'the undo itself killed with `-9`',
    when: 'before each of its commands',
    end: 'before, by whoever comes next: controller or timer',
    says: ['reverted'],
  },
  'killed-confirm': {
    fault: 'the confirmation killed with `-9`',
    when: 'before each of its commands',
    end: 'after once there is a verdict, finished by whoever comes next; before until then',
    says: ['changed', 'reverted'],
  },
  'killed-removal': {
    fault: 'the same',
    when: 'the same, of a push that takes mlbroute away',
    end: 'the same',
    says: ['changed', 'reverted'],
  },
  'killed-confirm-alone': {
    fault: 'confirmation and controller killed together',
    when: 'once there is a verdict',
    end: 'after, finished by the timer',
    says: [],
  },
  'cut-early': { fault: 'connection cut', when: 'before a file is written', end: before, says: ['failed', 'reverted'] },
  'cut-write': { fault: 'the same', when: 'at each file', end: before, says: ['reverted'] },
  'cut-step': { fault: 'the same', when: 'at each kernel step', end: before, says: ['reverted'] },
  'cut-verify': { fault: 'the same', when: 'while it is verified', end: before, says: ['reverted'] },
  'cut-confirm': { fault: 'the same', when: 'while it is confirmed', end: 'after', says: ['changed'] },
  'fail-early': {
    fault: 'a command on the node fails',
    when: 'each one before a file is written',
    end: 'before; after where only a sync failed',
    says: ['failed', 'reverted', 'changed'],
  },
  'fail-write': {
    fault: 'the same',
    when: 'each one that writes a file',
    end: 'before; after where only a sync failed',
    says: ['reverted', 'changed'],
  },
  'fail-step': { fault: 'the same', when: 'each one of a kernel step', end: before, says: ['reverted'] },
  'full-var-before': {
    fault: 'disk of /var full',
    when: 'before the push',
    end: 'before, untouched',
    says: ['failed'],
  },
  'full-var-write': {
    fault: 'the same',
    when: 'at the first file',
    end: afterWhereNoted,
    says: ['reverted', 'changed'],
  },
  'full-var-step': {
    fault: 'the same',
    when: 'at each kernel step',
    end: afterWhereNoted,
    says: ['reverted', 'changed'],
  },
  'full-var-confirm': { fault: 'the same', when: 'when it is confirmed', end: 'after', says: ['changed'] },
  'full-etc': {
    fault: 'disk of /etc full',
    when: 'at each file',
    end: 'before; after where only a link was left to make',
    says: ['reverted', 'changed'],
  },
  'read-only-var-before': {
    fault: '/var read-only',
    when: 'before the push',
    end: 'before, untouched',
    says: ['failed'],
  },
  'read-only-var-step': { fault: 'the same', when: 'at a kernel step', end: before, says: ['reverted'] },
  'read-only-var-confirm': { fault: 'the same', when: 'when it is confirmed', end: before, says: ['reverted'] },
  'read-only-etc-before': { fault: '/etc read-only', when: 'before the push', end: before, says: ['failed'] },
  'read-only-etc-step': {
    fault: '/etc becomes read-only',
    when: 'after files were written, and the push must go back',
    end: 'between until it is writable again; then `again`, or the next push, brings it before',
    says: ['stranded'],
  },
  'clock-jump': {
    fault: 'clock set a day ahead, then back',
    when: 'while nobody confirms',
    end: 'before, by the timer, when it is due: it counts uptime',
    says: ['reverted'],
  },
  'replies-away': {
    fault: 'the change sends the controller’s packets away',
    when: 'from a kernel step on',
    end: 'before, by the timer',
    says: ['reverted'],
  },
  'port-dropped': {
    fault: 'the change drops new connections to port 22, old ones live on',
    when: 'from a kernel step on',
    end: 'before, by the timer',
    says: ['reverted'],
  },
  'sshd-restarted': { fault: 'sshd restarted', when: 'between apply and verify', end: 'after', says: ['changed'] },
  'sshd-down': {
    fault: 'sshd stays down',
    when: 'until after the deadline',
    end: 'before, by the timer',
    says: ['reverted'],
  },
  'other-key': {
    fault: 'host shows another key',
    when: 'from the verification on',
    end: 'before, by the timer',
    says: ['unknown'],
  },
  'max-startups': {
    fault: 'sshd drops logins (MaxStartups)',
    when: 'at the verification',
    end: 'after',
    says: ['changed'],
  },
  'two-controllers': {
    fault: 'two controllers at once',
    when: 'the same host, the same moment',
    end: 'after: one works, the other fails as locked',
    says: ['changed', 'failed'],
  },
  'two-controllers-between': {
    fault: 'two controllers at once',
    when: 'one is slow between its look at the lock and taking it',
    end: 'after: the other works, the slow one fails as locked',
    says: ['changed', 'failed'],
  },
  'two-controllers-late': {
    fault: 'a push between another one’s plan and apply',
    when: 'even where no file differs',
    end: 'as the first left it',
    says: ['failed'],
  },
  'controller-killed': {
    fault: 'controller killed with `-9`',
    when: 'in the middle of a push',
    end: 'before, by the timer; the next push works',
    says: [],
  },
  'silent-greeting': {
    fault: 'server accepts and says nothing',
    when: 'before its greeting',
    end: 'untouched; other hosts go on',
    says: ['unreachable'],
  },
  'silent-auth': { fault: 'the same', when: 'after the key exchange', end: 'untouched', says: ['unreachable'] },
  'silent-channel': { fault: 'the same', when: 'after the login', end: 'untouched', says: ['unreachable'] },
  'silent-exec': {
    fault: 'the same',
    when: 'when a command is to be started',
    end: 'untouched',
    says: ['unreachable'],
  },
  'silent-output': {
    fault: 'the same',
    when: 'after the command was started',
    end: 'untouched',
    says: ['unreachable'],
  },
  'undo-fails': {
    fault: 'the undo of a kernel step fails',
    when: 'each one',
    end: 'between, and told so; `again` brings it before',
    says: ['stranded'],
  },
  'power-cut': {
    fault: 'power cut',
    when: 'three moments of a push, on real kernels with a real systemd',
    end: 'before or after, by the boot-time unit; `failed` where the disk had not even heard of it',
    says: ['failed', 'reverted', 'changed'],
  },
} as const satisfies { readonly [id: string]: Row };

export type FaultId = keyof typeof faultTable;

/** The title of the test of a row. */
export function titleOf(id: FaultId): string {
  const { fault, when } = rowOf(id);
  return `${fault}: ${when} [${id}]`;
}

/** A row; `the same` is spelled out. */
export function rowOf(id: FaultId): Row {
  const ids = Object.keys(faultTable) as FaultId[];
  const at = ids.indexOf(id);
  const named = ids
    .slice(0, at + 1)
    .map((each) => faultTable[each].fault)
    .filter((fault) => fault !== 'the same');
  return { ...faultTable[id], fault: named.at(-1) ?? '' };
}

/** The table as Markdown. */
export function formatFaultTable(): string {
  const rows: readonly Row[] = Object.values(faultTable);
  const lines = rows.map(
    ({ fault, when, end, says }) =>
      `| ${fault} | ${when} | ${end} | ${says.length === 0 ? 'nobody is there to say' : says.join(', ')} |`,
  );
  return ['| what goes wrong | when | the node ends | the push says |', '|---|---|---|---|', ...lines, ''].join('\n');
}
