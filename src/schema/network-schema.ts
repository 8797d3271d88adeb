import * as z from 'zod';
import { type IpAddress, parseIp } from '../domain/address.ts';
import { parseInterfaceAddress, parseMac } from '../domain/neighborhood.ts';
import { type Fwmark, parseFwmark, parsePriority, parseTableId } from '../domain/routing.ts';
import { type CheckParams, refuse, settle } from './check.ts';
import { linkSchema } from './link-schema.ts';
import { poolsSchema } from './pools.ts';

const defaultMask = 0x1f00;

const name = z.string().refine((text) => /^[A-Za-z0-9][\w.-]{0,62}$/.test(text), {
  error: ({ input }) => `"${String(input)}" is not a network name`,
  params: { code: 'network-name', hint: 'up to 63 letters, digits, ".", "_" and "-"' } satisfies CheckParams,
});

/** An address. */
export const address = z
  .string()
  .transform((text, context) => settle(parseIp(text), context, { code: 'address', hint: null }));

/** The routers of a network, at most one of each family; an empty list is none. */
const gateways = z
  .union([z.string(), z.array(z.string())], { error: 'a gateway is an address, or a list of one of each family' })
  .transform((input, context): readonly IpAddress[] => {
    const texts = typeof input === 'string' ? [input] : input;
    return texts.flatMap((text, place) => {
      const parsed = parseIp(text);
      if (parsed.ok) return [parsed.value];
      return refuse(parsed.error, context, { code: 'address', hint: null }, typeof input === 'string' ? [] : [place]);
    });
  });

const interfaceAddress = z
  .string()
  .transform((text, context) => settle(parseInterfaceAddress(text), context, { code: 'address', hint: null }));

const mac = z
  .string()
  .transform((text, context) =>
    settle(parseMac(text), context, { code: 'mac', hint: 'write 52:54:00:12:34:56, in quotes' }),
  );

/** A routing table of the user's own. */
export const table = z
  .number()
  .meta({ minimum: 1, maximum: 0xffffffff })
  .transform((id, context) => settle(parseTableId(id), context, { code: 'table-range', hint: null }));

/** The priority of a rule. */
export const priority = z
  .number()
  .meta({ minimum: 1, maximum: 32_765 })
  .transform((value, context) => settle(parsePriority(value), context, { code: 'priority-range', hint: null }));

const markForms = 'write 0x100, or { value: 0x100, mask: 0x1f00 }';
const hexNumber = z.string().refine((text) => /^0x[\da-fA-F]{1,8}$/.test(text), {
  error: ({ input }) => `"${String(input)}" is not a mark`,
  params: { code: 'mark', hint: markForms } satisfies CheckParams,
});
const markNumber = z.union([z.number(), hexNumber], { error: `a mark is a number: ${markForms}` });
/** A mark with its mask. */
export const mark = z
  .union(
    [
      markNumber,
      z.strictObject({
        value: markNumber.meta({ description: 'Bits that are set, all of them under the mask' }),
        mask: markNumber.nullish().meta({ description: 'Bits that are looked at; 0x1f00 by default' }),
      }),
    ],
    {
      error: `a mark is a number: ${markForms}`,
    },
  )
  .transform((input, context): Fwmark => {
    const { value, mask } = typeof input === 'object' ? input : { value: input, mask: null };
    const hint = mask == null ? 'the mask is 0x1f00 unless given: write { value: …, mask: … }' : null;
    return settle(parseFwmark(Number(value), Number(mask ?? defaultMask)), context, { code: 'mark-range', hint });
  });

// YAML reads an unquoted off as false.
const rpFilter = z
  .literal(['auto', 'off', 'loose', 'rpfilter', 'strict-mark', false])
  .transform((mode) => (mode === false ? 'off' : mode));

/** The keys of one entry of `networks`. */
export const networkSchema = z
  .strictObject({
    name: name.meta({ description: 'Name of the network, unique on a host' }),
    pools: poolsSchema.meta({ description: 'CIDRs or first-last ranges, as in an IPAddressPool of MetalLB' }),
    link: linkSchema,
    gateway: gateways.nullish().meta({
      description: 'Router on the link that replies must leave by; a list of two for pools of both families',
      examples: ['1.2.3.1', ['1.2.3.1', '2001:db8::1']],
    }),
    address: interfaceAddress.nullish().meta({
      description: 'IPv4 address of the host on the link, to ask for the gateway with; another one on each host',
      examples: ['1.2.3.7/24'],
    }),
    neighbor: mac.nullish().meta({
      description: 'Ethernet address of the IPv4 gateway, where it does not answer ARP',
      examples: ['52:54:00:12:34:56'],
    }),
    return_path: z
      .enum(['auto', 'none', 'onlink', 'source', 'mark'])
      .default('auto')
      .meta({ description: 'How replies find their way back; auto chooses from what the host shows' }),
    table: table.nullish().meta({ description: 'Routing table; 7000 + VLAN id by default' }),
    mark: mark.nullish().meta({ description: 'Connection mark, under mask 0x1f00 unless given', examples: ['0x100'] }),
    priority: priority.nullish().meta({ description: 'Priority of the first rule; lower is tried first' }),
    rp_filter: rpFilter
      .default('auto')
      .meta({ description: 'Reverse path filter of the link: auto, the default, changes as little as works' }),
    loop_guard: z.boolean().default(true).meta({ description: 'Stop packets to unused addresses of the pools' }),
    force: z
      .boolean()
      .default(false)
      .meta({ description: 'Apply a return path even where the host speaks against it' }),
  })
  .meta({ description: 'A network MetalLB announces addresses of' });
