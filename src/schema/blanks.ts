import { blank } from '../domain/blank.ts';
import type { Diagnostic } from '../domain/diagnostic.ts';
import type { HostVars, Json } from '../domain/variable.ts';

/** What to fill in, by the last key of its path. */
const wanted: { readonly [key: string]: string } = {
  gateway: 'the address of the router that clients come by; or remove the line where they are on the link itself',
  parent: 'the interface the VLAN is made on; or write link: { device: eth1 } where there is no VLAN',
  vlan: 'the VLAN id; or write link: { device: eth1 } where there is no VLAN',
};

/** An error for each value of `networks` that an import left to be filled in. */
export function blanksIn(vars: HostVars): readonly Diagnostic[] {
  const { networks } = vars.values;
  if (!Array.isArray(networks)) return [];
  return networks.flatMap((network: Json, place) => {
    const name = nameOf(network) ?? String(place);
    return pathsOfBlanks(network, []).map((path): Diagnostic => {
      const key = path.at(-1) ?? '';
      return {
        severity: 'error',
        code: 'fill-in',
        message: `fill in "${key}" of network "${name}"`,
        hint: wanted[key] ?? null,
        at: vars.locate(['networks', place, ...path]),
      };
    });
  });
}

function pathsOfBlanks(value: Json, path: readonly string[]): readonly (readonly string[])[] {
  if (value === blank) return [path];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => pathsOfBlanks(each as Json, [...path, key]));
}

function nameOf(network: Json): string | null {
  const name = typeof network === 'object' && network !== null && 'name' in network ? network.name : null;
  return typeof name === 'string' ? name : null;
}
