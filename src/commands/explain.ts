import type { DesiredState } from '../domain/desired-state.ts';
import type { Explanation } from '../domain/explanation.ts';
import type { Failure } from '../domain/outcome.ts';
import { describeFailure } from '../domain/outcome.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { applyDesired } from '../kernel/apply-desired.ts';
import type { NodeModel } from '../kernel/node-model.ts';
import { formatDiagnostics } from '../report/diagnostics-text.ts';
import { formatExplanation } from '../report/explain-text.ts';
import { explanationLine } from '../report/ndjson.ts';
import type { HostSpec } from '../schema/host-spec.ts';
import { serviceProxyOf } from '../tasks/metallb-l2/service-proxy.ts';
import { wantedState } from '../tasks/wanted-state.ts';
import type { Loaded } from './deployments.ts';
import { exitCodes } from './exit-codes.ts';
import { assumedNode } from './explain-assumed.ts';
import { type LiveNode, lookAtNode } from './explain-live.ts';
import { observedNode } from './explain-observed.ts';
import {
  answer,
  decisionFor,
  gatewayOf,
  type PacketOptions,
  type Question,
  questionOf,
  requestDevice,
} from './explain-question.ts';
import type { Io } from './io.ts';
import { loadNodeProgram } from './node-programs.ts';
import type { InventoryOptions, LoginOptions } from './options.ts';
import { load } from './session.ts';
import { realSurroundings } from './surroundings.ts';

export type ExplainOptions = PacketOptions &
  Omit<InventoryOptions, 'limit'> &
  LoginOptions & {
    readonly host: string;
    /** Null: what the inventory says, else what the node shows, else iptables. */
    readonly kubeProxy: 'iptables' | 'nftables' | 'ipvs' | 'cilium' | null;
    readonly live: boolean;
    readonly acceptNew: boolean;
    readonly output: 'text' | 'json';
  };

type Host = Loaded['hosts'][number];

/**
 * `mlbroute explain`: the way of a packet through a node, stage by stage; offline from the desired state, or from the running node and
 * compared with it. Exit code 1 where there is nothing to explain: the node cannot be asked, or the desired state makes no sense there.
 */
export async function explain(options: ExplainOptions, io: Io): Promise<number> {
  const host = await loadHost(options, io);
  if (!host.ok) return host.error;
  const question = questionOf(host.value.wants.spec, options);
  if (!question.ok) {
    io.stderr(`mlbroute: ${question.error}\n`);
    return exitCodes.usage;
  }
  const explanation = options.live
    ? await explainLive(host.value, question.value, options, io)
    : explainDesired(host.value, question.value, options);
  if (!explanation.ok) {
    for (const failure of explanation.error) io.stderr(`${host.value.name}: ${describeFailure(failure)}\n`);
    return 1;
  }
  io.stdout(
    options.output === 'json'
      ? explanationLine(explanation.value)
      : formatExplanation(explanation.value, { color: io.color, columns: io.resultColumns() }),
  );
  return 0;
}

/** Finds the one host that is meant. A failure has been told; it is the exit code. */
async function loadHost(options: ExplainOptions, io: Io): Promise<Result<Host, number>> {
  const { host: name, live, askPass = false, askBecomePass } = options;
  // What goes wrong is said below in the words of --host, which is one host where a limit may be many.
  const silent = { ...io, stderr: () => {} };
  const loaded = await load(
    { ...options, limit: name, askPass: live && askPass, askBecomePass: live && askBecomePass },
    silent,
  );
  if (!loaded.ok) {
    const { diagnostics, sourceOf } = loaded.error;
    const unknown = diagnostics.find(({ code }) => code === 'limit-unmatched');
    if (unknown === undefined) {
      io.stderr(formatDiagnostics(diagnostics, sourceOf));
      return err(exitCodes.badInput);
    }
    io.stderr(`mlbroute: --host: there is no host "${name}"${unknown.hint === null ? '' : `: ${unknown.hint}`}\n`);
    return err(exitCodes.usage);
  }
  const { hosts, warnings, sourceOf } = loaded.value;
  io.stderr(formatDiagnostics(warnings, sourceOf));
  const found = hosts.find((each) => each.name === name);
  if (found !== undefined) return ok(found);
  io.stderr(`mlbroute: --host: "${name}" is not one host: name one, such as ${hosts[0]?.name ?? ''}\n`);
  return err(exitCodes.usage);
}

function explainDesired(
  { name, wants }: Host,
  question: Question,
  { kubeProxy }: ExplainOptions,
): Result<Explanation, readonly Failure[]> {
  const desired = wantedState(wants, null, null);
  if (!desired.ok) return desired;
  const { state } = desired.value;
  const proxy = proxyOf(wants.spec, null, kubeProxy);
  const { node, assumptions } = assumedNode(wants.spec, state, { question, serviceProxy: proxy.kind });
  const head = headOf(name, question, state);
  const explained = answer(question, node, state);
  return ok({ ...head, basis: 'desired', serviceProxy: proxy, assumptions, explained, desired: null, refusals: [] });
}

async function explainLive(
  { name, wants, deployment }: Host,
  question: Question,
  { kubeProxy, acceptNew }: ExplainOptions,
  io: Io,
): Promise<Result<Explanation, readonly Failure[]>> {
  const surroundings = await realSurroundings(io, acceptNew, () => {});
  const live = await lookAtNode(deployment.connection, await loadNodeProgram('routing'), surroundings);
  if (!live.ok) return err([live.error]);
  const { observed, kernel } = live.value;
  const proxy = proxyOf(wants.spec, live.value, kubeProxy);
  const modelled = observedNode(observed, kernel, { spec: wants.spec, question, serviceProxy: proxy.kind });
  if (!modelled.ok) return err([{ kind: 'refused', message: modelled.error, hint: null }]);
  const { node, assumptions } = modelled.value;
  const desired = wantedState(wants, observed.facts, observed.recorded);
  const state = desired.ok ? desired.value.state : null;
  return ok({
    ...headOf(name, question, state),
    basis: 'observed',
    serviceProxy: proxy,
    assumptions,
    explained: answer(question, node, state),
    desired: state === null ? null : answer(question, afterPush(node, state, live.value), state),
    refusals: desired.ok ? [] : desired.error.map(describeFailure),
  });
}

function afterPush(node: NodeModel, state: DesiredState, { observed, kernel }: LiveNode): NodeModel {
  const owned = observed.recorded?.desired ?? { rules: [], routes: [] };
  const newDevice = kernel.settings.default ?? { rpFilter: 0, usesMark: false, acceptsLocal: false, forwards: false };
  return { ...node, kernel: applyDesired(node.kernel, state, { owned, newDevice }), chains: state.chains };
}

function proxyOf(spec: HostSpec, live: LiveNode | null, kubeProxy: ExplainOptions['kubeProxy']) {
  if (kubeProxy !== null) return { kind: kubeProxy, evidence: `--kube-proxy ${kubeProxy}` };
  const { kind, evidence } = serviceProxyOf(spec, live?.observed.facts ?? null);
  return { kind, evidence };
}

function headOf(host: string, { packet, network, networkOfTo }: Question, state: DesiredState | null) {
  const { from, to } = packet;
  const turned = { networkOfTo: networkOfTo?.name ?? null };
  if (network === null) return { host, from, to, network: null, ...turned };
  const decision = decisionFor(network, state);
  const returnPath = decision?.returnPath ?? network.returnPath;
  const gateway = gatewayOf(network, state);
  return {
    ...{ host, from, to, ...turned },
    network: { name: network.name, returnPath, device: requestDevice(network), gateway },
  };
}
