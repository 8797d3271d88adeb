import type { Backend, ServiceWay, Way, WayEnd } from '../domain/explanation.ts';
import type { Connection, Service } from './connection.ts';
import type { NodeModel } from './node-model.ts';
import { replyWay } from './reply-way.ts';
import { requestWay } from './request-way.ts';

/** The kinds of backends in the order they are explained. */
export const backends: readonly Backend[] = ['local-pod', 'cluster-own-pod', 'cluster-remote-pod', 'host-network'];

/** Leads a request to a service, and the reply to it, through the node. */
export function serviceWay(node: NodeModel, service: Service, backend: Backend): ServiceWay {
  const connection = connectionOf(node, service, backend);
  const { way: request, connmark } = requestWay(node, connection);
  if (!arrives(request, connection)) return { backend, request, reply: null, verdict: 'request-lost' };
  const reply = replyWay(node, connection, connmark);
  return { backend, request, reply, verdict: judge(reply.end, service) };
}

function connectionOf(node: NodeModel, service: Service, backend: Backend): Connection {
  const isMasqueraded = backend === 'cluster-own-pod' || backend === 'cluster-remote-pod';
  const pod = backend === 'host-network' ? null : backend === 'cluster-remote-pod' ? node.remotePod : node.localPod;
  return { ...service, backend, pod, isMasqueraded };
}

function arrives({ end }: Way, { backend, pod }: Connection): boolean {
  if (end.kind === 'delivered') return end.to === (backend === 'host-network' ? 'node' : 'pod');
  return end.kind === 'leaves' && backend === 'cluster-remote-pod' && end.device === pod?.device;
}

function judge(end: WayEnd, { device, gateway }: Service): ServiceWay['verdict'] {
  if (end.kind === 'dropped') return 'reply-dropped';
  // Without a gateway of its own the reply goes straight to a client on the link.
  const isSameWay =
    end.kind === 'leaves' &&
    end.device === device &&
    (gateway === null || end.gateway === null || end.gateway === gateway);
  return isSameWay ? 'same-way' : 'other-way';
}
