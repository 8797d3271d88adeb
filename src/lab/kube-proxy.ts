import type { KubeProxyMode } from './kube-proxy-rules.ts';
import { labError } from './lab-error.ts';
import { type Lab, saveLab } from './lab-state.ts';
import { exec } from './node-shell.ts';

/** Switches the emulated kube-proxy of all nodes, now and for later boots. The lab returned, and recorded, has the new mode. */
export async function setKubeProxy(lab: Lab, mode: KubeProxyMode): Promise<Lab> {
  await Promise.all(
    lab.nodes.map(async (node) => {
      const script = `echo ${mode} > /etc/lab/kube-proxy/mode && systemctl restart lab-kube-proxy`;
      const result = await exec(
        lab,
        node.name,
        `${script} || { systemctl --no-pager --lines=10 status lab-kube-proxy; exit 1; }`,
      );
      if (result.code !== 0) {
        throw labError(
          `${node.name} did not switch to ${mode}: ${`${result.stdout}${result.stderr}`.trim()}`,
          'see `mlbroute lab status`',
        );
      }
    }),
  );
  const switched: Lab = { ...lab, kubeProxy: mode };
  await saveLab(switched);
  return switched;
}
