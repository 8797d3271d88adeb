import { basename } from 'node:path/posix';
import type { BootFiles } from '../domain/boot-files.ts';
import type { Finding } from '../domain/change.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { HostFacts } from '../domain/facts.ts';
import { matchesName } from '../domain/network-file.ts';
import { ipv4ConfKey } from '../domain/sysctl.ts';
import { sysctlAtBoot } from './sysctl-at-boot.ts';

/** What the next boot will not bring as described, because of files that are not mlbroute's. */
export function bootFindings(desired: DesiredState, facts: HostFacts, boot: BootFiles): readonly Finding[] {
  return [
    ...overriddenSysctls(desired, boot),
    ...overriddenRpFilter(desired, boot),
    ...savedChains(desired, boot),
    ...deadUnits(desired, boot),
    ...(desired.renderer === 'unit' ? [] : lostParents(desired, facts)),
    ...(desired.renderer === 'unit' || desired.links.length === 0 ? [] : unreadNetplan(boot)),
    ...brokenNetplan(boot),
  ];
}

function overriddenSysctls(desired: DesiredState, boot: BootFiles): readonly Finding[] {
  return desired.sysctls.flatMap(({ key, value }) => {
    const at = sysctlAtBoot(key, boot.sysctlLines);
    // What our own file says, or fails to say, is found by comparing that file.
    if (at === null || at.value === value || at.from.path.includes('mlbroute')) return [];
    return [
      notBootSafe(
        key,
        `at the next boot ${at.from.path}:${at.from.line} sets it to ${at.value}, not to ${value}`,
        `remove the line “${at.from.text.trim()}”`,
      ),
    ];
  });
}

/** The kernel takes max(all, interface) of rp_filter, so a line for `all` can void one of ours for an interface. */
function overriddenRpFilter({ sysctls }: DesiredState, boot: BootFiles): readonly Finding[] {
  const all = ipv4ConfKey('all', 'rp_filter');
  const at = sysctlAtBoot(all, boot.sysctlLines);
  if (at === null || sysctls.some(({ key }) => key === all)) return [];
  return sysctls.flatMap(({ key, value }) => {
    const device = /^net\/ipv4\/conf\/(.+)\/rp_filter$/.exec(key)?.[1];
    if (device === undefined || device === 'default' || Number(at.value) <= Number(value)) return [];
    return [
      notBootSafe(
        key,
        `at the next boot ${at.from.path}:${at.from.line} sets ${all} to ${at.value}; the kernel takes max(all, interface): ${at.value} on ${device}, not ${value}`,
        `remove the line “${at.from.text.trim()}”, or push once it is in force: mlbroute then lowers all, and keeps the others as they are`,
      ),
    ];
  });
}

function savedChains(desired: DesiredState, boot: BootFiles): readonly Finding[] {
  const paths = [...new Set(boot.savedChainLines.map(({ path }) => path))];
  if (desired.chains.length === 0 && paths.length === 0) return [];
  return paths.map((path) =>
    notBootSafe(
      path,
      'somebody saved all rules of the running kernel, those of mlbroute with them; the next boot loads them as they were then',
      'take the lines with MLBROUTE out of it: mlbroute loads its own',
    ),
  );
}

function deadUnits(desired: DesiredState, boot: BootFiles): readonly Finding[] {
  const needed: readonly (readonly [string, boolean])[] = [
    [desired.renderer === 'unit' ? 'mlbroute-routing.service' : 'systemd-networkd.service', hasRouting(desired)],
    ['systemd-sysctl.service', desired.sysctls.length > 0],
    ['mlbroute-iptables.service', desired.chains.some(({ tool }) => tool === undefined)],
    ['mlbroute-nftables.service', desired.chains.some(({ tool }) => tool === 'nft')],
  ];
  return needed.flatMap(([name, isNeeded]) => {
    const state = boot.units.find((unit) => unit.name === name)?.state;
    // A unit of ours that nothing wants shows as a missing link among the files.
    if (!isNeeded || state === undefined || state === 'wanted' || (state === 'unwanted' && name.startsWith('mlbroute')))
      return [];
    const [message, hint] =
      state === 'masked'
        ? [`${name} is masked: the next boot leaves out what it does`, `systemctl unmask ${name}`]
        : [`nothing starts ${name} at the next boot`, `systemctl enable ${name}`];
    return [notBootSafe(name, message, hint)];
  });
}

function hasRouting({ links, routes, rules }: DesiredState): boolean {
  return links.length + routes.length + rules.length > 0;
}

/** Our VLAN hangs on a drop-in of the parent's file. Another file that takes the parent first leaves the VLAN out. */
function lostParents(desired: DesiredState, facts: HostFacts): readonly Finding[] {
  return [...new Set(desired.links.map(({ parent }) => parent))].flatMap((parent) => {
    const used = facts.networkFileOf[parent];
    if (used === undefined) return [];
    const first = facts.networkFiles.find(({ matchNames }) => matchesName(matchNames, parent));
    if (first === undefined || basename(first.path) >= basename(used)) return [];
    return [
      notBootSafe(
        first.path,
        `at the next boot it takes ${parent} before ${used} can, and the VLANs of ${parent} hang on that one`,
        `rename it so that it sorts after ${basename(used)}, or push again after networkd has read it`,
      ),
    ];
  });
}

function unreadNetplan(boot: BootFiles): readonly Finding[] {
  return boot.unreadNetplanFiles.map((path) =>
    notBootSafe(
      path,
      'changed after networkd started: what netplan makes of it shows at the next boot only',
      'look at `netplan generate --root-dir`, or undo the change',
    ),
  );
}

function brokenNetplan({ netplanError }: BootFiles): readonly Finding[] {
  if (netplanError === undefined) return [];
  const message = `netplan cannot read its files, so the next boot brings nothing up that is in them: ${netplanError}`;
  return [notBootSafe('/etc/netplan', message, 'mend the file that it names, and see `netplan generate`')];
}

function notBootSafe(subject: string, message: string, hint: string): Finding {
  return { code: 'not-boot-safe', where: 'persisted', subject, message, hint };
}
