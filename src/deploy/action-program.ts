import type { NodeAction } from '../domain/action.ts';
import { quoteWord, toShell } from '../domain/command.ts';
import { unreachable } from '../domain/result.ts';

/** What a program of an action is made with. */
export type ActionProgramOptions = {
  /** A random word that is in no input: it marks the answer. */
  readonly token: string;
  /** `look`: only say whether there is anything to do. */
  readonly wish: 'look' | 'act';
  /** The text of node/action.sh. */
  readonly program: string;
};

/** The one program that does an action: the node's own functions, then this action as shell functions, then the call of main. */
export function actionProgram(action: NodeAction, { token, wish, program }: ActionProgramOptions): string {
  const creates = action.kind === 'command' ? (action.creates ?? '') : '';
  const { isDone, act } = bodyOf(action);
  return [
    `token=${quoteWord(token)} wish=${wish} creates=${quoteWord(creates)} limit=${action.timeoutS}`,
    program,
    `is_done() {\n${isDone}\n}`,
    `act() {\n${act}\n}`,
    'main </dev/null',
    '',
  ].join('\n');
}

/** True where a look can tell that there is nothing to do. */
export function hasGuard(action: NodeAction): boolean {
  return action.kind === 'package' || (action.kind === 'command' && (action.creates ?? action.unless) !== null);
}

function bodyOf(action: NodeAction): { readonly isDone: string; readonly act: string } {
  switch (action.kind) {
    case 'command': {
      const { argv, unless, chdir, stdin } = action;
      const enter = chdir === null ? '' : `cd ${quoteWord(chdir)} || return 1\n`;
      const line = `bounded ${toShell(argv)}`;
      // printf is part of the shell, so there is no limit to its arguments; and a text without a line feed at its end stays so.
      const act = stdin === null ? line : `printf %s ${quoteWord(stdin)} | ${line}`;
      // In a shell of its own: what it is asked in is not where the command runs.
      return { isDone: unless === null ? 'false' : `(\n${enter}bounded ${toShell(unless)}\n)`, act: enter + act };
    }
    case 'package': {
      const words = [action.state, ...action.names];
      return { isDone: toShell(['packages_are', ...words]), act: toShell(['make_packages', ...words]) };
    }
    case 'wait': {
      const { until, everyS } = action;
      switch (until.kind) {
        case 'seconds':
          return { isDone: 'false', act: `sleep ${until.seconds}` };
        case 'port':
          return { isDone: 'false', act: `wait_until ${everyS} is_listening ${until.port}` };
        case 'command':
          return { isDone: 'false', act: `wait_until ${everyS} ${toShell(until.argv)}` };
        default:
          return unreachable(until);
      }
    }
    default:
      return unreachable(action);
  }
}
