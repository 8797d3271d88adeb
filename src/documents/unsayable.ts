import { cidrContains } from '../domain/address.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { Route } from '../domain/routing.ts';

/** A document for another tool, with what it leaves to be set by other means; or why that tool cannot bring the state about. */
export type Saying =
  | { readonly kind: 'said'; readonly text: string; readonly besides: readonly string[] }
  | { readonly kind: 'unsayable'; readonly reasons: readonly string[] };

/** What no document of links, routes and rules can say. `tool` is who would read it. */
export function unsayable(
  { chains, files = [], units = [], neighbors = [], routes, decisions }: DesiredState,
  tool: string,
): readonly string[] {
  const marked = decisions.filter(({ returnPath }) => returnPath === 'mark').map(({ network }) => network);
  const byMark = marked.length === 0 ? '' : ` (return path mark of ${marked.join(', ')})`;
  return [
    ...(chains.length === 0
      ? []
      : [
          `chains of netfilter${byMark}: ${tool} sets no marks of connections. return_path: source does without, where kube-proxy is in ipvs mode or Cilium in its place`,
        ]),
    ...files.map(({ dest }) => `the file ${dest}: ${tool} writes none`),
    ...units.map(({ unit }) => `the unit ${unit}: ${tool} has none`),
    ...neighbors.map(({ device, address }) => `the neighbour ${address} on ${device}: ${tool} keeps none`),
    ...routes.flatMap((route) =>
      route.type === 'gateway' && route.onlink && !isReached(route, routes)
        ? [`the route to ${route.destination} by ${route.gateway}, which lies in no route: ${tool} would refuse it`]
        : [],
    ),
  ];
}

/** Whether a link route of the same table has the gateway: then nobody needs to be told that it is on the link. */
function isReached(
  { gateway, device, table }: Route & { readonly type: 'gateway' },
  routes: readonly Route[],
): boolean {
  return routes.some(
    (route) =>
      route.type === 'link' &&
      route.device === device &&
      route.table === table &&
      route.destination !== 'default' &&
      cidrContains(route.destination, gateway),
  );
}
