import { parseIp } from '../domain/address.ts';
import { type Diagnostic, type SourceLocation, unplacedError } from '../domain/diagnostic.ts';
import { parseHostName } from '../domain/host.ts';
import type { Json } from '../domain/variable.ts';
import { expandHostRange } from '../inventory/host-range.ts';
import { locatedVars } from '../inventory/host-vars.ts';
import { type Entry, fromJson, type Located } from '../inventory/located.ts';
import { type Starter, splitHost, starterVars } from '../inventory/starter.ts';
import { hostSpec } from '../schema/host-spec.ts';

/** The options of `init` that answers come by. */
type StarterOption =
  | '--host'
  | '--user'
  | '--network'
  | '--pool'
  | '--device'
  | '--parent'
  | '--vlan'
  | '--gateway'
  | '--pod-cidr';

/** What is wrong with one answer. */
export type StarterFault = { readonly option: StarterOption; readonly diagnostic: Diagnostic };

/** Everything that an inventory with these answers would be refused for. */
export function starterFaults(starter: Starter): readonly StarterFault[] {
  const vars = locatedVars(
    new Map(Object.entries(starterVars(starter)).map(([key, value]) => [key, entry(key, value)])),
  );
  const spec = hostSpec(vars);
  return [
    ...starter.hosts.flatMap(hostFaults),
    ...(/^[\w.@-]+$/.test(starter.user) ? [] : [fault('--user', `"${starter.user}" is not the name of a user`, null)]),
    ...('vlan' in starter.link && starter.gateway === null
      ? [fault('--gateway', 'a VLAN needs a router for the replies', 'e.g. 1.2.3.1')]
      : []),
    ...(spec.ok ? [] : spec.error).map((diagnostic) => ({
      option: optionOf(diagnostic, starter),
      diagnostic: { ...diagnostic, at: null },
    })),
  ];
}

function hostFaults(host: string): readonly StarterFault[] {
  const [pattern = '', address] = splitHost(host);
  const names = expandHostRange(pattern);
  if (!names.ok) return [fault('--host', names.error.message, names.error.hint)];
  const bad = names.value.map(parseHostName).find((name) => !name.ok);
  if (bad !== undefined && !bad.ok) return [fault('--host', bad.error, null)];
  if (address === undefined) return [];
  if (names.value.length > 1)
    return [fault('--host', `"${host}" gives one address to several hosts`, 'name each by itself')];
  const parsed = parseIp(address);
  return parsed.ok || parseHostName(address).ok ? [] : [fault('--host', `"${address}" is no address`, null)];
}

function fault(option: StarterOption, message: string, hint: string | null): StarterFault {
  return { option, diagnostic: unplacedError('init', message, hint) };
}

/** A value of which each part stands at a place that is named by the key that leads there. */
function placed(value: Json, key: string): Located {
  const at = place(key);
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item: Json) => placed(item, key)) };
  if (value === null || typeof value !== 'object') return fromJson(value, at);
  const entries = Object.entries(value).map(([name, part]) => [name, entry(name, part)] as const);
  return { kind: 'map', at, entries: new Map(entries) };
}

function entry(key: string, value: Json): Entry {
  return { keyAt: place(key), isText: true, value: placed(value, key) };
}

function place(key: string): SourceLocation {
  return { file: key, line: 1, column: 1 };
}

const options: { readonly [key: string]: StarterOption } = {
  pod_cidrs: '--pod-cidr',
  name: '--network',
  pools: '--pool',
  device: '--device',
  parent: '--parent',
  vlan: '--vlan',
  gateway: '--gateway',
};

function optionOf({ at, code }: Diagnostic, { link }: Starter): StarterOption {
  const found = options[at?.file ?? ''];
  if (found !== undefined) return found;
  if (code.startsWith('gateway')) return '--gateway';
  return 'device' in link ? '--device' : '--vlan';
}
