import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment, Prepared, Surroundings } from '../../src/deploy/deployment.ts';
import type { HostPlan } from '../../src/domain/change.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { ok } from '../../src/domain/result.ts';
import { plainSight } from '../../src/domain/sight.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { makeManifest } from '../../src/plan/manifest.ts';
import type { Connect } from '../../src/transport/session.ts';
import type { NamespaceHost } from './namespace-host.ts';

const program = (name: string) => readFileSync(new URL(`../../node/${name}.sh`, import.meta.url), 'utf8');

/** The node programs as they are shipped. */
const programs = {
  observe: program('observe'),
  apply: program('apply'),
  transaction: program('transaction'),
  probe: program('probe'),
  action: program('action'),
};

/** What a deployment to a test host needs; pauses are a tenth of the real ones. */
export function surroundingsOf(connect: Connect): Surroundings {
  return {
    connect,
    programs,
    randomWord: () => randomBytes(8).toString('hex'),
    sleep: (ms) => sleep(ms / 10),
    now: () => performance.now(),
    emit: () => {},
  };
}

/** A deployment of one state; `alter` changes the plan before it is applied. */
export function deploymentOf(
  host: NamespaceHost,
  desired: DesiredState,
  files: readonly ManagedFile[],
  alter: (plan: HostPlan) => HostPlan = (plan) => plan,
): Deployment {
  return {
    connection: host.connection,
    wantsHistory: false,
    sight: { ...plainSight, ipv6: true },
    interludes: [],
    prepare: (observed) => {
      const plan = makePlan({ host: host.connection.name, desired, files, observed, warnings: [] });
      const prepared = (value: HostPlan): Prepared => ({
        plan: alter(value),
        manifest: makeManifest(desired, files, observed),
      });
      return plan.ok ? ok(prepared(plan.value)) : plan;
    },
  };
}

/** All of a host that a push could touch, as one text: files with mode and owner, rules, routes, mangle, settings. */
export function snapshotOf(host: NamespaceHost): string {
  return host.sh(`
    find /etc/mlbroute /etc/sysctl.d /etc/systemd /run/systemd/network 2>/dev/null | sort | while read -r path; do
      stat -c '%F %a %U %G %n %N' "$path"; [ -f "$path" ] && sha256sum <"$path"; done
    ip -N rule show; ip -N route show table all | sort; iptables-save -t mangle | grep -v '^#' | sed 's/ \\[.*//'
    iptables-save -t raw | grep MLBROUTE | sed 's/ \\[.*//'
    grep -H . /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/src_valid_mark
    ls -A /var/lib/mlbroute 2>/dev/null | grep -v -e last -e transactions; ls -A /var/lib/mlbroute/transactions 2>/dev/null; true`);
}
