import type { HostName } from '../domain/host.ts';
import type { HostOutcome } from '../domain/outcome.ts';
import { foldHosts } from './fold.ts';
import { causeOf, describeGroup, groupByOutcome, isBad, paintOf, statusWords } from './outcome-text.ts';
import type { Palette } from './palette.ts';
import type { HostResult } from './summary.ts';
import { wrapText } from './wrap.ts';

/** Hosts that ended badly, told of while the run goes on. */
export type BadNews = {
  /** Takes the end of a host. A good one is no news, nor is one that never began: what stopped the run was. */
  readonly add: (host: HostName, outcome: HostOutcome) => void;
  /** The text lines of what came since the last call: hosts that say the same in one. */
  readonly take: (columns: number) => readonly string[];
};

/** Starts to listen. A cause is told `mostOfOne` times, and so many in all; then it falls silent, for the summary folds them all. */
export function createBadNews(palette: Palette): BadNews {
  const fresh: HostResult[] = [];
  const timesTold = new Map<string, number>();
  let told = 0;
  let isSilent = false;
  const mayTell = ([{ outcome }]: readonly [HostResult, ...HostResult[]]) => {
    const cause = causeOf(outcome);
    const times = timesTold.get(cause) ?? 0;
    if (told >= mostTold || times >= mostOfOne) return false;
    timesTold.set(cause, times + 1);
    told++;
    return true;
  };
  return {
    add: (host, outcome) => {
      if (isBad(outcome) && outcome.status !== 'not-started') fresh.push({ host, outcome });
    },
    take: (columns) => {
      const news = groupByOutcome(fresh.splice(0));
      const shown = news.filter(mayTell);
      const fallsSilent = !isSilent && shown.length < news.length;
      isSilent ||= fallsSilent;
      return [
        ...shown.flatMap((group) => linesOf(group, { palette, columns })),
        ...(fallsSilent ? [palette.dim('further failures: in the summary')] : []),
      ];
    },
  };
}

function linesOf(
  group: readonly [HostResult, ...HostResult[]],
  { palette, columns }: { readonly palette: Palette; readonly columns: number },
): readonly string[] {
  const [{ outcome }] = group;
  const hosts = foldHosts(group.map(({ host }) => host));
  const [first = '', ...rest] = describeGroup(group).split('\n');
  const head = `${paintOf(outcome.status, palette)(`✖ ${statusWords(outcome.status)}`)}  ${hosts}${first === '' ? '' : `: ${first}`}`;
  return [
    wrapText(head, { first: '', hang: 4, columns }),
    ...rest.slice(-mostLines).map((line) => wrapText(line, { first: '    ', columns })),
  ];
}

/** The last lines of what a failed step said. */
const mostLines = 20;
const mostTold = 20;
const mostOfOne = 3;
