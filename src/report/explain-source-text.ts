import type { Stage } from '../domain/explanation.ts';
import { unreachable } from '../domain/result.ts';
import type { Palette } from './palette.ts';

type SourceCheck = Extract<Stage, { kind: 'source-check' }>;

/** What rp_filter says of a packet, and from what. */
export function formatSourceCheck(check: SourceCheck, palette: Palette): readonly string[] {
  const { device, all, own, passes, reverse } = check;
  const effective = Math.max(all, own);
  const mode = effective === 0 ? 'off' : effective === 1 ? 'strict' : 'loose';
  const outcome = passes ? palette.green('passes') : palette.red('drops');
  return [
    `${device}: max(all ${all}, own ${own}) = ${effective}, ${mode}: ${outcome}: ${reasonOf(check)}`,
    `way back ${reverse.from ?? ''} → ${reverse.to}${reverse.mark === 0 ? '' : `, mark 0x${reverse.mark.toString(16)}`}: ${wayBack(check)}`,
  ];
}

function reasonOf({ device, verdict, hasAddress }: SourceCheck): string {
  switch (verdict) {
    case 'way-back-by-device':
      return `the way back is by ${device}`;
    case 'loose':
      return 'there is a way back, and loose mode does not ask by which device';
    case 'off':
      return 'nothing is asked of the way back';
    case 'invalid-source':
      return 'the source is a broadcast or multicast address';
    case 'local-source':
      return "the source is one of the node's own addresses";
    case 'no-way-back':
      return 'there is no way back at all';
    case 'no-address':
      return `the way back is not by ${device}, and without an IPv4 address there even loose mode drops`;
    case 'other-device':
      return `the way back is not by ${device}${hasAddress ? '' : ', which has no address'}`;
    default:
      return unreachable(verdict);
  }
}

function wayBack({ reverse: { verdict, rules } }: SourceCheck): string {
  const chosen = rules.find(({ outcome }) => outcome === 'decides');
  const by = chosen === undefined ? '' : `rule ${chosen.priority} ${chosen.rule}: `;
  switch (verdict.kind) {
    case 'route':
      return `${by}${verdict.route}`;
    case 'refused':
      return `${by}${verdict.as}`;
    case 'no-route':
      return 'none';
    default:
      return unreachable(verdict);
  }
}
