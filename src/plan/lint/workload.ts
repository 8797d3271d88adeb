import { routeWords } from '../../domain/ip-words.ts';
import type { Observed } from '../../domain/observed.ts';
import type { Obstacle } from '../../domain/obstacle.ts';
import { routeKey } from '../words.ts';

/** Interfaces that network plugins give to pods, or make for them. */
const ofPods =
  /^(veth|cali|lxc|cni|flannel|cilium|vxlan\.calico|tunl|weave|antrea|ovn-k8s|kube-ipvs|kube-bridge|docker)/;
/** What made a route by the kernel itself, networkd, or a person at a boot. */
const ofTheHost = new Set(['kernel', 'boot', 'static', 'dhcp', 'ra', 'redirect']);

/** What shows that pods, or their network, are on a host: the host's own tool would take their routes away. */
export function workload({ facts, running, recorded }: Observed): readonly Obstacle[] {
  const ours = new Set(recorded?.desired.routes.map(routeKey));
  const interfaces = facts.interfaces
    .filter(({ name, kind }) => kind === 'veth' || ofPods.test(name))
    .map(({ name }) => name);
  const routes = running.routes
    .filter(({ route, protocol }) => !ofTheHost.has(protocol) && !ours.has(routeKey(route)))
    .map(({ route, protocol }) => `route ${routeWords(route).join(' ')} protocol ${protocol}`);
  const seen = [...interfaces, ...routes];
  if (seen.length === 0) return [];
  const shown = seen.length > 4 ? [...seen.slice(0, 3), `${seen.length - 3} more`] : seen;
  return [
    {
      code: 'workload',
      message: `activate: native takes routes of pods and their network away, and they are here: ${shown.join(', ')}`,
      hint: 'activate: hitless; or drain the node first, and see that its network plugin makes its routes again',
    },
  ];
}
