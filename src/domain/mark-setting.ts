import type { Cidr } from './address.ts';
import type { InterfaceName } from './link.ts';
import type { Fwmark } from './routing.ts';

/** Replies to requests for `to` that came in by `iif` carry this mark. */
export type MarkSetting = { readonly to: Cidr; readonly iif: InterfaceName; readonly fwmark: Fwmark };
