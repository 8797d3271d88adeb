import { isLinkLocal } from '../domain/address.ts';
import type { HostFacts, ObservedInterface } from '../domain/facts.ts';
import type { InterfaceName, VlanLink } from '../domain/link.ts';
import type { Observed } from '../domain/observed.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { isNetplan, parseBootFiles } from './boot-files.ts';
import { parseChains } from './chains.ts';
import { parseInterfaces } from './interfaces.ts';
import { cutLinkFiles, parseLinkFiles } from './link-files.ts';
import { parseManagedFiles } from './managed-files.ts';
import { parseHistory, parseManifest } from './manifest.ts';
import { parseMarkUses } from './mark-uses.ts';
import { parseNeighbors } from './neighbors.ts';
import { parseLoadedNetworks, parseNetworkFiles } from './networkd-files.ts';
import { parseNftChains } from './nft-chains.ts';
import { parsePending } from './pending.ts';
import { parseOtherRoutes, parseOtherRules, parseRoutes, parseRules } from './routing.ts';
import { cutSections, keyedLines, type Sections } from './sections.ts';
import { findServiceProxy } from './service-proxy.ts';
import { parseUnits } from './units.ts';

/** Parses the whole answer of `node/observe.sh`. The error is half a sentence: what is missing or unreadable in the answer. */
export function parseObservation(output: string, token: string): Result<Observed, string> {
  const sections = cutSections(output, token);
  if (!sections.has('end')) return err('the host stopped answering before the end of its report');
  if (!sections.has('host')) return err('the beginning of its report is missing');
  try {
    const files = parseManagedFiles(section(sections, 'files'), section(sections, 'contents'));
    if (!files.ok) return files;
    const recorded = parseManifest(section(sections, 'manifest'));
    if (!recorded.ok) return recorded;
    const history = parseHistory(section(sections, 'history'));
    if (!history.ok) return history;
    const interfaces = parseInterfaces(section(sections, 'addresses'));
    const sysctls = parseSysctls(section(sections, 'sysctls'));
    const facts = parseFacts(sections, interfaces, sysctls);
    return ok({
      facts,
      persisted: files.value,
      notFiles: section(sections, 'not-files')
        .split(/\s+/)
        .filter((path) => path !== ''),
      recorded: recorded.value,
      history: history.value,
      running: {
        vlans: interfaces.flatMap((link): VlanLink[] =>
          link.parent === null || link.vlanId === null
            ? []
            : [{ ...{ name: link.name, parent: link.parent, id: link.vlanId, mtu: link.mtu }, ...ipv6Of(link) }],
        ),
        routes: parseRoutes(section(sections, 'routes')),
        rules: [...parseRules(section(sections, 'rules'), 'ipv4'), ...parseRules(ipv6Rules(sections), 'ipv6')],
        chains: [
          ...parseChains(section(sections, 'chains'), 'ipv4'),
          ...parseChains(section(sections, 'chains-ipv6'), 'ipv6'),
          ...parseNftChains(section(sections, 'nft-chains')),
        ],
        sysctls,
        neighbors: parseNeighbors(section(sections, 'neighbors')),
        modules: section(sections, 'modules')
          .split('\n')
          .filter((name) => name !== ''),
        units: parseUnits(section(sections, 'units')),
      },
      boot: parseBootFiles(sections),
      pending: parsePending(section(sections, 'pending'), facts.bootId),
    });
  } catch (error) {
    if (error instanceof SyntaxError) return err(`its answer cannot be read: ${error.message}`);
    throw error;
  }
}

function parseFacts(
  sections: Sections,
  interfaces: ReturnType<typeof parseInterfaces>,
  sysctls: Readonly<Record<string, string>>,
): HostFacts {
  const host = keyedLines(section(sections, 'host'));
  const answerTo = (key: string) => host.find((line) => line.key === key)?.rest ?? '';
  const systemd = /^systemd (\d+)/.exec(answerTo('systemd'))?.[1];
  const iptables = answerTo('iptables');
  const linkFiles = cutLinkFiles(section(sections, 'link-files'));
  const nameOf = new Map<string, InterfaceName>(interfaces.map((link) => [String(link.index), link.name]));
  return {
    bootId: answerTo('boot-id'),
    kernelRelease: answerTo('kernel'),
    osId: answerTo('os').replaceAll('"', ''),
    systemdVersion: systemd === undefined ? null : Number(systemd),
    isNetworkdActive: host.some(({ key }) => key === 'networkd'),
    iptables: iptables.includes('nf_tables') ? 'nf_tables' : iptables.startsWith('iptables v') ? 'legacy' : null,
    ...netfilterFaults(sections),
    ...(['0', ''].includes(answerTo('uid')) ? {} : { foreignUid: answerTo('uid') }),
    programs: host.flatMap(({ key, rest }) => (key === 'program' ? [rest] : [])),
    serviceProxy: findServiceProxy(interfaces, section(sections, 'service-proxy')),
    interfaces: interfaces.map(({ index: _index, ...link }) => link),
    networkFileOf: Object.fromEntries(
      [...section(sections, 'networkd-links').matchAll(/^.*\/(\d+):NETWORK_FILE=(.+)$/gm)].flatMap(
        ([, index = '', file = '']) => {
          const name = nameOf.get(index);
          return name === undefined ? [] : [[name, file]];
        },
      ),
    ),
    networkFiles: parseNetworkFiles(linkFiles),
    unreadNetworkFiles: section(sections, 'networkd-unread')
      .split('\n')
      .filter((path) => path !== '' && !isNetplan(path)),
    loadedNetworks: parseLoadedNetworks(section(sections, 'networkd-loaded')),
    ...(ipv6Rules(sections) === '[]' ? { hasIpv6: false } : {}),
    others: {
      marks: ['chains', 'chains-ipv6', 'nft-marks'].flatMap((name) => parseMarkUses(section(sections, name))),
      rules: [...parseOtherRules(section(sections, 'rules'), 'ipv4'), ...parseOtherRules(ipv6Rules(sections), 'ipv6')],
      routes: parseOtherRoutes(section(sections, 'routes')),
      ...parseLinkFiles(linkFiles),
    },
    rpFilter: Object.fromEntries(
      Object.entries(sysctls).flatMap(([key, value]) => {
        const device = /^net\/ipv4\/conf\/(.*)\/rp_filter$/.exec(key)?.[1];
        return device === undefined ? [] : [[device, Number(value)]];
      }),
    ),
  };
}

function netfilterFaults(sections: Sections): Pick<HostFacts, 'netfilterFaults'> {
  const faults = keyedLines(section(sections, 'netfilter-faults')).map(({ key, rest }) => [key, rest]);
  return faults.length === 0 ? {} : { netfilterFaults: Object.fromEntries(faults) };
}

/** Lines `/proc/sys/KEY:VALUE`, several numbers of one setting with one blank between them; neither part holds a colon, for the kernel refuses one in interface names. */
function parseSysctls(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from(text.matchAll(/^\/proc\/sys\/(.*):(.*)$/gm), ([, key = '', value = '']) => [
      key,
      value.trim().replaceAll(/\s+/g, ' '),
    ]),
  );
}

/** It speaks IPv6 where it has a link-local address. */
function ipv6Of({ addresses }: ObservedInterface): Pick<VlanLink, 'ipv6'> {
  return addresses.some(({ address }) => isLinkLocal(address)) ? { ipv6: true } : {};
}

/** A kernel without IPv6 answers nothing. */
function ipv6Rules(sections: Sections): string {
  return section(sections, 'rules-ipv6').trim() || '[]';
}

function section(sections: Sections, name: string): string {
  return sections.get(name) ?? '';
}
