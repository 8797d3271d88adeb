import type { RuntimeChange } from '../domain/change.ts';
import type { Command } from '../domain/command.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import { neighborArgv } from '../domain/ip-words.ts';
import type { Neighbor } from '../domain/neighborhood.ts';
import type { Observed } from '../domain/observed.ts';

/** Writes down neighbours that are missing or have another Ethernet address, and forgets those that only the last push wanted. */
export function diffNeighbors(
  desired: DesiredState,
  { running, recorded }: Observed,
): { readonly additions: readonly RuntimeChange[]; readonly removals: readonly RuntimeChange[] } {
  const wanted = desired.neighbors ?? [];
  const found = running.neighbors ?? [];
  const foundFor = (each: Neighbor) => found.find((other) => isSamePlace(each, other));
  const additions = wanted.flatMap((each): RuntimeChange[] => {
    const before = foundFor(each);
    if (before?.mac === each.mac) return [];
    return [
      {
        sign: before === undefined ? '+' : '~',
        subject: 'neighbor',
        words: `neighbor ${each.address} on ${each.device} is ${each.mac}${before === undefined ? '' : `, not ${before.mac}`}`,
        apply: [remember(each)],
        undo: [before === undefined ? forget(each) : remember(before)],
      },
    ];
  });
  const leaving = new Set((recorded?.links ?? []).filter((name) => !desired.links.some((link) => link.name === name)));
  const removals = (recorded?.desired.neighbors ?? [])
    .filter((each) => !wanted.some((other) => isSamePlace(each, other)) && !leaving.has(each.device))
    .filter((each) => foundFor(each)?.mac === each.mac)
    .map(
      (each): RuntimeChange => ({
        sign: '-',
        subject: 'neighbor',
        words: `neighbor ${each.address} on ${each.device} is ${each.mac}`,
        apply: [forget(each)],
        undo: [remember(each)],
      }),
    );
  return { additions, removals };
}

/** How the Ethernet address of a neighbour is written down. */
export function remember(neighbor: Neighbor): Command {
  return { argv: neighborArgv(neighbor), why: 'nobody need answer ARP for it', stdin: null };
}

function forget({ device, address }: Neighbor): Command {
  return { argv: ['ip', 'neighbor', 'delete', address, 'dev', device], why: 'ARP finds it again', stdin: null };
}

function isSamePlace(a: Neighbor, b: Neighbor): boolean {
  return a.device === b.device && a.address === b.address;
}
