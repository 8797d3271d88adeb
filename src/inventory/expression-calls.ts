import { type Cidr, type IpAddress, networkOf, nthAddressOf, parseIp } from '../domain/address.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Json } from '../domain/variable.ts';

/** A helper that computes a value from values. The error is half a sentence. */
type Call = {
  readonly least: number;
  readonly most: number;
  readonly about: string;
  readonly example: string;
  /** Null for those that look whether their first argument is set: see `expandReferences`. */
  readonly compute: ((args: readonly Json[]) => Result<Json, string>) | null;
};

/** The helpers of references. */
export const calls: { readonly [name: string]: Call } = {
  default: {
    least: 2,
    most: 2,
    about: 'the first value, or the second where the first is not set or empty',
    example: '{{ default uplink "eth0" }}',
    compute: null,
  },
  required: {
    least: 2,
    most: 2,
    about: 'the value, or an error with this text where it is not set or empty',
    example: '{{ required uplink "name the network card" }}',
    compute: null,
  },
  json: {
    least: 1,
    most: 1,
    about: 'the value as JSON text',
    example: '{{ json pod_cidrs }}',
    compute: ([value = null]) => ok(JSON.stringify(value)),
  },
  join: {
    least: 2,
    most: 2,
    about: 'the items of a list as one text, with this between them',
    example: '{{ join pod_cidrs "," }}',
    compute: ([list = null, separator = null]) => {
      if (!Array.isArray(list)) return err('join takes a list');
      const isFlat = list.every((item: Json) => item !== null && typeof item !== 'object');
      return isFlat ? ok(list.join(String(separator))) : err('join takes a list of texts and numbers');
    },
  },
  address: {
    least: 1,
    most: 1,
    about: 'the address of an address with prefix length',
    example: '{{ address "192.168.1.10/24" }} is 192.168.1.10',
    compute: ([value = null]) => withInterface(value, ({ address }) => ok(address)),
  },
  network: {
    least: 1,
    most: 1,
    about: 'the network of an address with prefix length',
    example: '{{ network "192.168.1.10/24" }} is 192.168.1.0/24',
    compute: ([value = null]) => withInterface(value, ({ network }) => ok(network)),
  },
  prefix: {
    least: 1,
    most: 1,
    about: 'the prefix length of a network, a number',
    example: '{{ prefix "192.168.1.0/24" }} is 24',
    compute: ([value = null]) => withInterface(value, ({ prefixLength }) => ok(prefixLength)),
  },
  nth: {
    least: 2,
    most: 2,
    about: 'the address at a place of a network, counted from 0',
    example: '{{ nth "192.168.1.0/24" 1 }} is 192.168.1.1',
    compute: ([value = null, place = null]) =>
      withInterface(value, ({ network }) => {
        const found = typeof place === 'number' ? nthAddressOf(network, place) : null;
        return found === null ? err(`${network} has no address at place ${JSON.stringify(place)}`) : ok(found);
      }),
  },
};

type Interface = { readonly address: IpAddress; readonly prefixLength: number; readonly network: Cidr };

function withInterface(value: Json, use: (given: Interface) => Result<Json, string>): Result<Json, string> {
  const [, addressText = '', length = ''] = /^([^/]*)\/(\d{1,3})$/.exec(typeof value === 'string' ? value : '') ?? [];
  const address = parseIp(addressText);
  const prefixLength = Number(length);
  if (!address.ok || length === '' || prefixLength > (address.value.includes(':') ? 128 : 32))
    return err(`${JSON.stringify(value)} is not an address with a prefix length, such as 192.168.1.10/24`);
  return use({ address: address.value, prefixLength, network: networkOf(address.value, prefixLength) });
}
