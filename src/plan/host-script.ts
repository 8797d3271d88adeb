import { createHash } from 'node:crypto';
import type { RuntimeChange } from '../domain/change.ts';
import { quoteWord } from '../domain/command.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { HostName } from '../domain/host.ts';
import { addrgenmodeOf } from '../domain/link.ts';
import { iptablesOf, type NetfilterChain } from '../domain/netfilter.ts';
import type { Failure } from '../domain/outcome.ts';
import type { ManagedFile } from '../domain/remote-file.ts';
import { err, ok, type Result, unreachable } from '../domain/result.ts';
import { diffChains } from './diff-chains.ts';
import { digestOf } from './diff-files.ts';
import { hereDocument } from './here-document.ts';
import { makePlan } from './make-plan.ts';
import { untouchedHost } from './untouched-host.ts';

/** What a script is made of. */
export type HostScriptInput = {
  readonly host: HostName;
  readonly desired: DesiredState;
  readonly files: readonly ManagedFile[];
  /** The .network file that each device was taken to have; `isSure` where the inventory says so. */
  readonly parents: { readonly fileOf: { readonly [device: string]: string }; readonly isSure: boolean };
  /** Whether some return path goes by the source address, which kube-proxy in iptables mode makes void. */
  readonly needsIpvs: boolean;
  /** The texts of node/apply.sh, node/transaction.sh, node/host-things.sh and node/host-script.sh. */
  readonly programs: {
    readonly apply: string;
    readonly transaction: string;
    readonly things: string;
    readonly script: string;
  };
};

/**
 * One POSIX shell program that brings a host nobody can push to into its desired state, by the same transaction as a push: the same files, the same
 * commands, and the same record. It asks nobody, and confirms by itself after it has read everything back. Equal inputs give equal bytes.
 */
export function hostScript(input: HostScriptInput): Result<string, readonly Failure[]> {
  const { host, desired, files, parents, programs } = input;
  const { files: own = [], modules = [], units = [] } = desired;
  if (desired.renderer === 'netplan') {
    const hint = 'renderer: networkd, which serves hosts with netplan as well';
    return err([{ kind: 'refused', message: 'a script has no netplan check its files', hint }]);
  }
  const others = desired.chains.filter(({ table }) => table === 'nat' || table === 'filter');
  if (own.length + modules.length + units.length + others.length > 0) {
    const message = 'a script brings no files, modules, units and chains of a playbook';
    return err([{ kind: 'refused', message, hint: 'push, or describe these hosts without them' }]);
  }
  const plan = makePlan({ host, desired, files, observed: untouchedHost(desired), warnings: [] });
  if (!plan.ok) return plan;
  const wanted = plan.value.runtime.flatMap((change) => linesOf(change, desired));
  const chains = desired.chains.map((chain) => ({ chain, text: chainText(chain) }));
  const record = `"desired":${JSON.stringify(desired)},"files":${JSON.stringify(files)},\n`;
  const body = [
    programs.apply,
    programs.things,
    programs.script,
    `tools=${quoteWord(toolsOf(desired.chains).join(' '))}`,
    `parents=${quoteWord(
      Object.entries(parents.fileOf)
        .map((pair) => pair.join(' '))
        .join('\n'),
    )}`,
    `sure_parents=${parents.isSure ? 'yes' : 'no'} all_is_zero=${assumesAllZero(desired) ? 'yes' : 'no'} needs_ipvs=${input.needsIpvs ? 'yes' : 'no'}`,
  ];
  const digest = createHash('sha256').update(JSON.stringify([body, wanted, record, programs.transaction]));
  // No text can hold a word made from its own digest.
  const document = (text: string) => hereDocument(text, `mlbroute-${digest.copy().digest('hex').slice(0, 16)}-end`);
  return ok(
    [
      '#!/bin/sh',
      `# mlbroute: the routing of ${host} for the L2 mode of MetalLB, for a host that cannot be pushed to.`,
      '# As root:  sh FILE            brings it here, keeps it over reboots, puts everything back where a step fails; again: changes nothing',
      '#           sh FILE --check    says what it would do; exit code 2 if anything',
      '#           sh FILE --remove   takes it away; the host is as before the first time',
      '# shellcheck shell=sh disable=SC2015,SC2016,SC2154,SC2034,SC2086,SC2317,SC2329',
      'read -r uuid </proc/sys/kernel/random/uuid',
      'id=script-$uuid owner="render --as script" confirm_within=120 preparations=0 token=""',
      ...body,
      `transaction_program() { cat ${document(programs.transaction)}}`,
      `wanted() { cat ${document(wanted.map((line) => `${line}\n`).join(''))}}`,
      `wanted_files() { cat ${document(files.map((file) => `${fileLine(file)}\n`).join(''))}}`,
      `stage_wanted() {\ncase $2 in\n${files.map(stageCase).join('\n')}\n*) refuse refused "no such file: $2" ;;\nesac\n}`,
      `chain_text() {\ncase "$1 $2 $3" in\n${chains.map(({ chain, text }) => `${quoteWord(chainKey(chain))}) cat ${document(text)};;`).join('\n')}\n*) return 1 ;;\nesac\n}`,
      `record_text() { cat ${document(record)}}`,
      'run_script "$@"',
      '',
    ].join('\n'),
  );
}

/** A change as node/host-things.sh takes it: the words of ip(8) without the verb. A unit is reloaded where its file changes. */
function linesOf({ subject, apply }: RuntimeChange, { links, chains }: DesiredState): readonly string[] {
  const [, ...argv] = apply[0]?.argv ?? [];
  switch (subject) {
    case 'address':
    case 'neighbor':
      return [[subject, ...argv.slice(2)].join(' ')];
    case 'route':
    case 'rule':
      return [[subject, argv[0], ...argv.slice(3)].join(' ')];
    case 'sysctl':
      return [`sysctl ${(argv[1] ?? '').replace('=', ' ')}`];
    case 'link': {
      const link = links.find(({ name }) => argv[4] === name || argv[5] === name);
      if (link === undefined) throw new Error(`a link that nobody wants: ${argv.join(' ')}`);
      return [`link ${link.name} ${link.parent} ${link.id} ${link.mtu ?? '-'} ${addrgenmodeOf(link)}`];
    }
    case 'chain': {
      const chain = chains.find((one) => chainText(one) === apply[0]?.stdin);
      if (chain === undefined) throw new Error(`a chain that nobody wants: ${argv.join(' ')}`);
      const digest = createHash('sha256').update(chainText(chain)).digest('hex').slice(0, 16);
      return [`chain ${chainKey(chain)} ${chain.hook}${chain.tool === 'nft' ? ` ${digest}` : ''}`];
    }
    case 'networkd':
    case 'netplan':
    case 'activation':
    case 'unit':
    case 'reload':
    case 'module':
    case 'service':
      return [];
    default:
      return unreachable(subject);
  }
}

function chainText(chain: NetfilterChain): string {
  return diffChains([chain], [])[0]?.apply[0]?.stdin ?? '';
}

function chainKey({ tool, family, table, name }: NetfilterChain): string {
  return `${tool ?? iptablesOf(family)} ${table} ${name}`;
}

function toolsOf(chains: readonly NetfilterChain[]): readonly string[] {
  const tools = chains.flatMap((chain) => {
    const [tool = ''] = chainKey(chain).split(' ');
    return tool === 'nft' ? [tool] : [tool, `${tool}-save`, `${tool}-restore`];
  });
  return [...new Set(tools)].sort();
}

/** Where rp_filter of an interface is lowered, `all` must not be above it; what others had from `all` nobody knows here. */
function assumesAllZero({ sysctls }: DesiredState): boolean {
  return sysctls.some(({ key, value }) => key.endsWith('/rp_filter') && value === '0');
}

function fileLine(file: ManagedFile): string {
  return file.kind === 'symlink'
    ? `file link ${file.target} ${file.path}`
    : `file ${file.mode} ${digestOf(file)} ${file.path}`;
}

function stageCase(file: ManagedFile): string {
  const path = quoteWord(file.path);
  if (file.kind === 'symlink') return `${path}) stage_link "$1" ${quoteWord(file.target)} "$2" ;;`;
  return `${path}) stage_file "$1" ${file.mode} "$2" ${quoteWord(file.content)} ;;`;
}
