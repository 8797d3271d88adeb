import type { DesiredState } from '../domain/desired-state.ts';
import type { Failure } from '../domain/outcome.ts';
import { unreachable } from '../domain/result.ts';
import type { LinkSpec } from '../schema/link-schema.ts';
import { type Declared, placeWords } from './host-wants.ts';
import { checkLink, type LinkHost, noIpv6 } from './metallb-l2/check-host.ts';
import { toolTrouble } from './metallb-l2/netfilter-tool.ts';
import { speaksIpv6, stateObjects, stateOf } from './state-objects.ts';

/** Everything that stands against what one task declares. */
export function obstacles(
  declared: Declared,
  {
    networks,
    state,
    host,
  }: { readonly networks: DesiredState; readonly state: DesiredState; readonly host: LinkHost | null },
): readonly Failure[] {
  const refused = (message: string, hint: string | null): Failure => {
    return { kind: 'refused', message: `${placeWords(declared.at)}: ${declared.kind}: ${message}`, hint };
  };
  const wishes = new Map(stateObjects(networks).map(({ name, wish }) => [name, wish]));
  const clashes = stateObjects(stateOf(declared))
    .filter(({ name, wish }) => (wishes.get(name) ?? wish) !== wish)
    .map(({ name }) => refused(`metallb_l2 wants another ${name}`, 'choose another table, priority or name'));
  const link = linkOf(declared);
  const trouble = link === null || host === null ? null : checkLink(link, host);
  const needsIptables = declared.kind === 'iptables' && host !== null && host.facts.iptables === null;
  const isForIpv6 = speaksIpv6(stateOf(declared));
  const lacksIpv6 = host?.facts.hasIpv6 === false && isForIpv6;
  const lacksTool =
    declared.kind === 'mark' && host !== null ? toolTrouble('mark', isForIpv6 ? 'ipv6' : 'ipv4', host) : null;
  const lacksIp6tables =
    declared.kind === 'iptables' && isForIpv6 && host?.facts.netfilterFaults?.ip6tables !== undefined;
  const isAlone = declared.kind === 'rule' && link === null && state.links.length + state.routes.length === 0;
  return [
    ...clashes,
    ...(trouble === null ? [] : [refused(trouble.message, trouble.hint)]),
    ...(lacksIpv6 ? [refused(noIpv6.message, noIpv6.hint)] : []),
    ...(lacksTool === null ? [] : [refused(lacksTool.message, lacksTool.hint)]),
    ...(needsIptables
      ? [refused('the host has no iptables', 'a task package above can install it; nft takes no such rules')]
      : []),
    ...(lacksIp6tables
      ? [
          refused(
            'the host has no ip6tables',
            'family: ipv4; or install what brings it, which a task package above can do',
          ),
        ]
      : []),
    ...(isAlone
      ? [refused('there is no link and no route that this rule could come up with', 'declare a route too')]
      : []),
  ];
}

/** The link that must be there for a declaration to make sense; null: any. */
function linkOf(declared: Declared): LinkSpec | null {
  switch (declared.kind) {
    case 'vlan':
      return { kind: 'vlan', ...declared.link };
    case 'route':
      return 'device' in declared.route ? { kind: 'device', device: declared.route.device } : null;
    case 'mark': {
      const [first] = declared.marks;
      return first === undefined ? null : { kind: 'device', device: first.iif };
    }
    case 'iptables':
    case 'sysctl':
    case 'file':
    case 'kernel_module':
    case 'unit':
      return null;
    case 'rule': {
      const iif = declared.rules[0]?.iif ?? null;
      return iif === null ? null : { kind: 'device', device: iif };
    }
    default:
      return unreachable(declared);
  }
}
