import type { Check, CheckStep, Needs } from '../domain/check-up.ts';
import { neededPrograms } from '../domain/needed-programs.ts';
import { type Part, packagesFor, parseSystem } from './packages.ts';

/** One line of the answer of `node/doctor.sh`, without its token, and when it came. */
export type DoctorLine = { readonly text: string; readonly atMs: number };

/** What the controller knows beside the answer. */
type Controller = {
  readonly needs: Needs;
  /** When the program was sent, on the clock of the lines. */
  readonly sentAtMs: number;
  /** The wall clock of the controller as seconds since 1970, when the answer about the clock came. */
  readonly nowS: number;
};

/** `lacks`: what packages may bring. */
type Opinion = Pick<Check, 'verdict' | 'says' | 'hint'> & { readonly lacks?: readonly Part[] };

/** The modules of the kernel that these needs mean. */
export function modulesFor({ vlan, marks, netfilter }: Needs): readonly string[] {
  const chains = netfilter === 'nftables' ? ['nf_tables', 'nf_conntrack'] : ['xt_connmark', 'xt_conntrack'];
  return [...(vlan ? ['8021q'] : []), ...(marks === 'no' ? [] : chains)];
}

/** What the lines of `node/doctor.sh` mean, in the order of the steps. */
export function judgeCheckUp(lines: readonly DoctorLine[], controller: Controller): readonly Check[] {
  const { needs } = controller;
  const answered = lines.map(({ text, atMs }, index) => {
    const [key = '', ...words] = text.split(' ');
    return { key, words, tookMs: atMs - (lines[index - 1]?.atMs ?? controller.sentAtMs) };
  });
  const system = parseSystem(answered.find(({ key }) => key === 'system')?.words ?? []);
  const check = (step: CheckStep, key: string, judge: (answers: readonly (readonly string[])[]) => Opinion): Check => {
    const own = answered.filter((line) => line.key === key);
    const tookMs = own.length === 0 ? null : own.reduce((sum, line) => sum + line.tookMs, 0);
    const { lacks, ...opinion } = judge(own.map(({ words }) => words));
    const packages = (lacks ?? []).flatMap((part) => packagesFor(part, system));
    return { step, ...opinion, packages, tookMs };
  };
  const filters = answered.filter(({ key }) => key === 'netfilter').map(({ words }) => words);
  return [
    check('sudo', 'uid', ([[uid = ''] = []]) => judgeUser(uid)),
    check('systemd', 'systemd', ([[version = 'none'] = []]) => judgeSystemd(version)),
    check('iproute2', 'iproute2', ([words = ['none']]) => judgeIproute2(words.join(' '))),
    check('tools', 'tool', judgeTools),
    check('netfilter', 'netfilter', () => judgeNetfilter(chainTools(filters), needs)),
    check('modules', 'module', (modules) => judgeModules(modules, needs, chainTools(filters))),
    check('disk', 'disk', judgeDisks),
    check('clock', 'clock', ([[seconds = ''] = []]) => judgeClock(Number(seconds) - controller.nowS)),
  ];
}

/** What to say to who is not root on a host. */
export const howToBeRoot = 'set ansible_become: true, or log in as root';

function judgeUser(uid: string): Opinion {
  if (uid === '0') return fine('root');
  return trouble(`commands run with uid ${uid}, not as root`, howToBeRoot);
}

/** Older ones know no `networkctl reload` that keeps links up; 245 is that of Ubuntu 20.04. */
const oldestSystemd = 245;

function judgeSystemd(version: string): Opinion {
  if (version === 'none') return trouble('systemd does not run', 'mlbroute keeps routing over a reboot by systemd');
  if (Number.parseInt(version, 10) < oldestSystemd)
    return warning(`systemd ${version} is older than ${oldestSystemd}`, 'try one host first: push -l HOST');
  return fine(`systemd ${version}`);
}

function judgeIproute2(answer: string): Opinion {
  const version = /iproute2-(?:ss)?([\w.]+)/.exec(answer)?.[1];
  const lacks = ['iproute2'] as const;
  if (answer === 'none')
    return { ...trouble('there is no program ip', 'install the package iproute2 (iproute on RHEL)'), lacks };
  // The ip of busybox has no JSON.
  if (version === undefined)
    return { ...trouble(`ip is not that of iproute2: "${answer}"`, 'install the package iproute2'), lacks };
  return fine(`iproute2 ${version}`);
}

/** The programs whose absence no other step tells, each with what brings it. */
const tools = Object.entries(neededPrograms).flatMap(([name, part]) =>
  part === 'procps' || part === 'coreutils' ? [{ name, part }] : [],
);
export const toolNames: readonly string[] = tools.map(({ name }) => name);

function judgeTools(answers: readonly (readonly string[])[]): Opinion {
  const absent = tools.filter((tool) => answers.some(([name, state]) => name === tool.name && state === 'no'));
  if (absent.length === 0) return fine(toolNames.join(', '));
  const lacks = [...new Set(absent.map(({ part }) => part))];
  const says = `programs are missing: ${absent.map(({ name }) => name).join(', ')}`;
  return { ...trouble(says, `install ${lacks.join(' ')}`), lacks };
}

/** The programs that make chains, in words; null where there is none. */
type ChainTools = { readonly iptables: string | null; readonly nft: string | null };

function chainTools(answers: readonly (readonly string[])[]): ChainTools {
  const answerOf = (tool: string) =>
    answers
      .find(([name]) => name === tool)
      ?.slice(1)
      .join(' ') ?? '';
  const [, version, variant = 'legacy'] = /^iptables v([\d.]+)(?: \((\w+)\))?/.exec(answerOf('iptables')) ?? [];
  const [, nft] = /^nftables v([\d.]+)/.exec(answerOf('nft')) ?? [];
  return {
    iptables: version === undefined ? null : `iptables ${version}, ${variant}`,
    nft: nft === undefined ? null : `nft ${nft}`,
  };
}

function judgeNetfilter({ iptables, nft }: ChainTools, { marks, netfilter }: Needs): Opinion {
  const there = netfilter === 'nftables' ? nft : (iptables ?? (netfilter === 'auto' ? nft : null));
  if (there !== null) return fine(there);
  if (marks === 'no') return fine('none, and none needed');
  const wanted = { auto: 'iptables or nft', iptables: 'iptables', nftables: 'nft' }[netfilter];
  const says = `there is no ${wanted} that works`;
  const name = netfilter === 'nftables' ? 'nftables' : 'iptables';
  const hint = `install the package ${name}: return_path mark needs it`;
  return { ...(marks === 'yes' ? trouble(says, hint) : warning(says, hint)), lacks: [name] };
}

function judgeModules(
  modules: readonly (readonly string[])[],
  { marks, netfilter }: Needs,
  tools: ChainTools,
): Opinion {
  // Those of iptables are of no use where nft makes the chains.
  const isByNft = netfilter === 'auto' && tools.iptables === null && tools.nft !== null;
  const missing = modules.flatMap(([name = '', state]) =>
    state === 'no' && !(isByNft && name.startsWith('xt_')) ? [name] : [],
  );
  if (modules.length === 0) return fine('none needed');
  const unknown = modules.flatMap(([name = '', state]) => (state === 'unknown' ? [name] : []));
  if (missing.length === 0 && unknown.length > 0)
    return warning(
      `nobody can tell whether the kernel has ${unknown.join(', ')}`,
      'its list of modules is not in /lib/modules; a push that misses one takes itself back',
    );
  if (missing.length === 0) return fine(modules.map(([name]) => name).join(', '));
  const says = `the kernel has no ${missing.join(', ')}`;
  const hint =
    'install the modules of the running kernel (linux-modules-extra on Ubuntu, kernel-modules-extra on RHEL)';
  const isDoubt = marks === 'perhaps' && !missing.includes('8021q');
  return { ...(isDoubt ? warning(says, hint) : trouble(says, hint)), lacks: ['kernel-modules'] };
}

/** A push stores what was there before and what it writes; that is far below this. */
const leastFreeKib = 10 * 1024;

function judgeDisks(disks: readonly (readonly string[])[]): Opinion {
  const bad = disks.flatMap(([folder = '', state = '']) => {
    if (state === 'read-only') return [`${folder} is read-only`];
    return Number(state) < leastFreeKib ? [`${folder} has ${state} KiB left`] : [];
  });
  if (bad.length > 0) return trouble(bad.join('; '), `a push needs ${leastFreeKib / 1024} MiB in each`);
  return fine('room in /etc, /var/lib, /run');
}

/** More than this makes logs and certificates hard to believe; mlbroute itself trusts no two clocks to agree. */
const greatestSkewS = 30;

function judgeClock(skewS: number): Opinion {
  if (Number.isNaN(skewS)) return warning('it tells no time', null);
  if (Math.abs(skewS) <= greatestSkewS) return fine('as here');
  const seconds = Math.round(Math.abs(skewS));
  return warning(`${seconds} s ${skewS > 0 ? 'ahead of' : 'behind'} this machine`, 'let chrony or timesyncd set it');
}

function fine(says: string): Opinion {
  return { verdict: 'fine', says, hint: null };
}

function warning(says: string, hint: string | null): Opinion {
  return { verdict: 'warning', says, hint };
}

function trouble(says: string, hint: string | null): Opinion {
  return { verdict: 'trouble', says, hint };
}
