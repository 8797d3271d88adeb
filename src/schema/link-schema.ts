import * as z from 'zod';
import { type InterfaceName, parseInterfaceName, parseVlanId, type VlanId } from '../domain/link.ts';
import { type CheckParams, refuse, settle } from './check.ts';

/** The link a network's traffic comes in by: a VLAN that mlbroute makes, or a device that is there. */
export type LinkSpec =
  | {
      readonly kind: 'vlan';
      readonly parent: InterfaceName;
      readonly id: VlanId;
      readonly name: InterfaceName;
      /** Bytes; null inherits the parent's. */
      readonly mtu: number | null;
    }
  | { readonly kind: 'device'; readonly device: InterfaceName };

/** The name of an interface. */
export const interfaceName = z
  .string()
  .meta({ examples: ['eth0'] })
  .transform((text, context) => settle(parseInterfaceName(text), context, { code: 'interface-name', hint: null }));

/** A VLAN id. */
export const vlanId = z
  .number()
  .meta({ minimum: 1, maximum: 4094 })
  .transform((id, context) =>
    settle(parseVlanId(id), context, { code: 'vlan-range', hint: '0 and 4095 are reserved by IEEE 802.1Q' }),
  );

/** An MTU. */
export const mtuBytes = z
  .number()
  .meta({ minimum: 68, maximum: 65_535 })
  .refine((mtu) => Number.isInteger(mtu) && mtu >= 68 && mtu <= 65_535, {
    error: ({ input }) => `MTU ${String(input)} is outside 68–65535`,
    params: { code: 'mtu-range', hint: null } satisfies CheckParams,
  });

const linkKeys = z.strictObject({
  parent: interfaceName.nullish().meta({ description: 'Interface the VLAN is made on' }),
  vlan: vlanId.nullish().meta({ description: 'VLAN id' }),
  name: interfaceName.nullish().meta({ description: 'Name of the VLAN interface; parent.vlan by default' }),
  mtu: mtuBytes.nullish().meta({ description: 'MTU of the VLAN in bytes; that of the parent by default' }),
  device: interfaceName.nullish().meta({ description: 'An interface that is there already, instead of a VLAN' }),
});

/** The keys of `link`. */
export const linkKeyNames: readonly string[] = Object.keys(linkKeys.shape);

/** `link` of a network: parent and vlan, or device. */
export const linkSchema = linkKeys
  .meta({ description: 'Where traffic to the pools comes in: parent and vlan, or device' })
  .transform(({ parent, vlan, name, mtu, device }, context): LinkSpec => {
    const hint = 'write { parent: eth0, vlan: 100 } or { device: eth1 }';
    const kind = { code: 'link-kind', hint };
    if (device != null) {
      const isVlanToo = [parent, vlan, name, mtu].some((each) => each != null);
      return isVlanToo ? refuse('a link is a VLAN or a device, not both', context, kind) : { kind: 'device', device };
    }
    if (parent == null && vlan == null) return refuse('a link needs a vlan and its parent, or a device', context, kind);
    if (vlan == null) return refuse('a link with a parent needs a vlan', context, kind);
    if (parent == null) return refuse(`VLAN ${vlan} needs a parent`, context, kind);
    const ownName = parseInterfaceName(`${parent}.${vlan}`);
    const params = { code: 'interface-name', hint: 'give the VLAN a shorter name with link.name' };
    return { kind: 'vlan', parent, id: vlan, name: name ?? settle(ownName, context, params), mtu: mtu ?? null };
  });
