import { runCommand } from '../../../../src/lab/host-command.ts';
import { kubeProxyFiles } from '../../../../src/lab/kube-proxy-rules.ts';
import type { Lab } from '../../../../src/lab/lab-state.ts';
import { inNamespace } from '../../../../src/lab/namespace.ts';
import { exec } from '../../../../src/lab/node-shell.ts';
import type { GuestFiles } from '../../../../src/lab/seed.ts';
import { labNetwork } from '../../../../src/lab/topology.ts';
import type { Topology } from './ask.ts';
import { placeSetUp } from './places.ts';
import { guestFiles, ipv6Of, nodes, prefixed, services } from './services.ts';

/** What the nodes of a lab have from their first boot: addresses of both families, the matrix's services. */
export function labFiles(): Readonly<Record<string, GuestFiles>> {
  return Object.fromEntries(
    nodes.map((node) => [
      node.name,
      {
        ...guestFiles(node),
        ...prefixed('/etc/lab/kube-proxy/', kubeProxyFiles(node, services)),
        '/etc/systemd/network/10-eth0.network': `[Match]
Name=eth0

[Network]
Address=${node.address}/${labNetwork.prefixLength}
Address=${ipv6Of(node).address}/64
Gateway=${labNetwork.gateway}
Gateway=fd00:192::1
LinkLocalAddressing=ipv6
LLDP=no
IPv6AcceptRA=no
`,
      },
    ]),
  );
}

/** Gives the clients of a lab their addresses of IPv6, too. */
export async function labTopology(lab: Lab): Promise<Topology> {
  const run: Topology['run'] = async (place, script) => {
    const { stdout } = await (() => {
      switch (place) {
        case 'n1':
        case 'n2':
          return exec(lab, place, script);
        case 'router':
          return runCommand(inNamespace(lab, 'switch', routerShell), { stdin: script });
        default:
          return runCommand(inNamespace(lab, place === 'beyond-default' ? 'switch' : place, ['sh', '-s']), {
            stdin: script,
          });
      }
    })();
    return stdout;
  };
  for (const place of ['client', 'onlink', 'beyond-default'] as const) await run(place, placeSetUp[place]);
  return {
    run,
    wires: { enter: inNamespace(lab, 'switch', []), interfaces: ['tap-n1'] },
    wayOf: { none: 'tap-n1', onlink: 'tap-n1', source: 'tap-n1.200', mark: 'tap-n1.100' },
  };
}

const { router } = labNetwork;
const routerShell = ['socat', '-t20', '-', `TCP4:${router.lan}:${router.shellPort},connect-timeout=5`];
