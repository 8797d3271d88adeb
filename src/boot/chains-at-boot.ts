import type { Observed, RunningChain } from '../domain/observed.ts';
import { parseChains } from '../facts/chains.ts';
import { parseNftChains } from '../facts/nft-chains.ts';
import { contentOf, startsAtBoot } from './own-files.ts';

/** The chains that mlbroute's own units will load; none where nothing starts a unit, or its file is gone. */
export function chainsAtBoot(observed: Observed): readonly RunningChain[] {
  return [...iptablesAtBoot(observed), ...nftAtBoot(observed)];
}

function iptablesAtBoot(observed: Observed): readonly RunningChain[] {
  const unit = unitText(observed, 'mlbroute-iptables.service');
  const restores = Array.from(unit.matchAll(/^ExecStart=.*\b(ip6?tables)-restore .*?(\/[^\s']+)'?$/gm));
  return restores.flatMap(([, tool, file = '']) => {
    const content = contentOf(file, observed);
    if (content === null) return [];
    const chains = parseChains(content, tool === 'ip6tables' ? 'ipv6' : 'ipv4');
    return chains.map((chain) => {
      const jump = new RegExp(`^ExecStart=.*\\b${tool} -w 10 -t ${chain.table} -I (\\w+) 1 -j ${chain.name}'?$`, 'm');
      const hook = jump.exec(unit)?.[1] as RunningChain['hook'] | undefined;
      return { ...chain, hook: hook ?? chain.hook };
    });
  });
}

function nftAtBoot(observed: Observed): readonly RunningChain[] {
  const file = /^ExecStart=.*nft -f ([^\s']+)'?$/m.exec(unitText(observed, 'mlbroute-nftables.service'))?.[1];
  const content = file === undefined ? null : contentOf(file, observed);
  return content === null ? [] : parseNftChains(content);
}

/** Empty where the next boot does not start it, or where what it waits for is not there. */
function unitText(observed: Observed, name: string): string {
  const text = startsAtBoot(name, observed) ? (contentOf(`/etc/systemd/system/${name}`, observed) ?? '') : '';
  const condition = /^ConditionPathExists=(.*)$/m.exec(text)?.[1];
  return condition === undefined || contentOf(condition, observed) !== null ? text : '';
}
