import type { HostName } from '../domain/host.ts';
import type { Wave } from '../domain/wave.ts';
import type { Play, Playbook } from './playbook.ts';

/**
 * In which order hosts are changed, and how many at a time. A host is changed once, whatever plays it has, so one of them says when: the
 * first with `serial` or `max_fail`, else its first. Plays next to each other that say nothing of it are one wave.
 */
export function wavesOf(
  { plays }: Playbook,
  playsOf: ReadonlyMap<string, readonly Play[]>,
  hosts: readonly HostName[],
): readonly Wave[] {
  const deciding = new Map(hosts.map((name) => [name, decidingPlay(playsOf.get(name) ?? [])]));
  const waves: (Wave & { readonly isPlain: boolean })[] = [];
  for (const [index, play] of plays.entries()) {
    const its = hosts.filter((name) => deciding.get(name) === play);
    if (its.length === 0) continue;
    const isPlain = !hasBatches(play);
    const last = waves.at(-1);
    const joined = isPlain && last?.isPlain === true ? waves.pop() : undefined;
    waves.push({
      hosts: new Set([...(joined?.hosts ?? []), ...its]),
      serial: play.serial,
      maxFail: play.maxFail,
      limitName: `max_fail of ${play.name === null ? `play ${index + 1}` : `play "${play.name}"`}`,
      isPlain,
    });
  }
  return waves;
}

function decidingPlay(plays: readonly Play[]): Play | undefined {
  return plays.find(hasBatches) ?? plays[0];
}

function hasBatches({ serial, maxFail }: Play): boolean {
  return serial.length > 0 || maxFail !== null;
}
