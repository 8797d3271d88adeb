import type { DesiredState } from '../../domain/desired-state.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import { ruleKey } from '../words.ts';
import { chainCollisions } from './chain-collisions.ts';
import { ebpfDatapath } from './ebpf-datapath.ts';
import { linkObstacles } from './link-obstacles.ts';
import { markCollisions } from './mark-collisions.ts';
import { ruleCollisions } from './rule-collisions.ts';
import { tableCollisions } from './table-collisions.ts';

/** Everything on a host that a push would collide with, or that makes it useless: marks, priorities, tables, chains, VLANs, interfaces. */
export function preflight(desired: DesiredState, observed: Observed): readonly Obstacle[] {
  const { running, recorded } = observed;
  const ours = new Set([...desired.rules, ...(recorded?.desired.rules ?? [])].map(ruleKey));
  const foreignRules = running.rules.map(({ rule }) => rule).filter((rule) => !ours.has(ruleKey(rule)));
  return [
    ...markCollisions(desired, observed, foreignRules),
    ...ruleCollisions(desired, observed, foreignRules),
    ...tableCollisions(desired, observed, foreignRules),
    ...chainCollisions(desired, observed),
    ...ebpfDatapath(desired, observed.facts),
    ...linkObstacles(desired, observed),
  ];
}
