import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostPlan } from '../../src/domain/change.ts';
import type { DesiredState } from '../../src/domain/desired-state.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { Observed, RunningRule } from '../../src/domain/observed.ts';
import type { ManagedFile } from '../../src/domain/remote-file.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import { makeManifest } from '../../src/plan/manifest.ts';
import { must } from '../tasks/example-host.ts';
import { desiredState, freshHost, managedFiles, nothing } from './arbitrary-state.ts';
import { apply, applySteps, observedOf, type SimulatedHost, stateOf, undoBegun, undoSteps } from './simulated-host.ts';
import { run } from './simulated-kernel.ts';

type Wanted = { readonly desired: DesiredState; readonly files: readonly ManagedFile[] };

const wanted: fc.Arbitrary<Wanted> = fc.record({ desired: desiredState, files: managedFiles });

/** Somebody's hands on a host between two pushes; `which` picks what they meet. */
type Drift = { readonly what: keyof typeof drifts; readonly which: number };

const drifts = {
  'a route goes': (host: SimulatedHost, which: number) => {
    // Not a link route: the kernel would keep the gateway that needs it, but nobody could put that gateway back.
    const owned = host.kernel.routes.filter(({ route }) => route.table > 6000 && route.type !== 'link');
    const gone = owned[which % owned.length];
    host.kernel.routes = host.kernel.routes.filter((route) => route !== gone);
  },
  'a route is made anew by hand': (host: SimulatedHost, which: number) => {
    const at = which % host.kernel.routes.length;
    host.kernel.routes = host.kernel.routes.map((route, i) => (i === at ? { ...route, protocol: 'boot' } : route));
  },
  'a rule goes': (host: SimulatedHost, which: number) => {
    const owned = host.kernel.rules.filter(({ rule }) => rule.priority >= 2000 && rule.priority < 3000);
    const gone = owned[which % owned.length];
    host.kernel.rules = host.kernel.rules.filter((rule) => rule !== gone);
  },
  'a rule is made anew by hand': (host: SimulatedHost, which: number) => {
    const at = which % host.kernel.rules.length;
    const anew = { ...host.kernel.rules[at], protocol: 'unspec' } as RunningRule;
    if (hasRule(host, anew)) return;
    host.kernel.rules = host.kernel.rules.map((rule, i) => (i === at ? anew : rule));
  },
  'a rule is there twice': (host: SimulatedHost, which: number) => {
    const twin = { ...host.kernel.rules[which % host.kernel.rules.length], protocol: '99' } as RunningRule;
    if (!hasRule(host, twin)) host.kernel.rules.push(twin);
  },
  'a chain is emptied': (host: SimulatedHost, which: number) => {
    host.kernel.chains = host.kernel.chains.map((chain, i) => (i === which % 2 ? { ...chain, rules: [] } : chain));
  },
  'a jump goes': (host: SimulatedHost, which: number) => {
    host.kernel.chains = host.kernel.chains.map((chain, i) => (i === which % 2 ? { ...chain, hook: null } : chain));
  },
  'a sysctl is set': (host: SimulatedHost, which: number) => {
    const keys = Object.keys(host.kernel.sysctls);
    host.kernel.sysctls[keys[which % keys.length] ?? ''] = String(which % 3);
  },
  'a VLAN goes down': (host: SimulatedHost, which: number) => touchVlan(host, which, 'set', 'down'),
  'a VLAN goes': (host: SimulatedHost, which: number) => touchVlan(host, which, 'delete'),
  'a file is edited': (host: SimulatedHost, which: number) => {
    host.files = host.files.map((file, i) =>
      i === which % host.files.length && file.kind === 'file' ? { ...file, content: 'edited', owner: 'admin' } : file,
    );
  },
  'a file goes': (host: SimulatedHost, which: number) => {
    host.files = host.files.filter((_, i) => i !== which % host.files.length);
  },
} as const;

/** No kernel has two rules that differ in nothing. */
function hasRule({ kernel }: SimulatedHost, rule: RunningRule): boolean {
  return kernel.rules.some((other) => JSON.stringify(other) === JSON.stringify(rule));
}

function touchVlan({ kernel }: SimulatedHost, which: number, verb: string, ...words: readonly string[]) {
  const own = kernel.links.filter(({ parent }) => parent !== null && !parent.startsWith('eth1'));
  const link = own[which % own.length];
  if (link !== undefined) run(kernel, { argv: ['ip', 'link', verb, link.name, ...words], why: '', stdin: null });
}

const drift: fc.Arbitrary<Drift> = fc.record({
  what: fc.constantFrom(...(Object.keys(drifts) as (keyof typeof drifts)[])),
  which: fc.nat(),
});

const history = fc.array(fc.record({ wanted, drift: fc.array(drift, { maxLength: 3 }) }), {
  minLength: 1,
  maxLength: 4,
});

function planFor({ desired, files }: Wanted, observed: Observed): HostPlan {
  return must(makePlan({ host: 'node1' as HostName, desired, files, observed, warnings: [] }));
}

/** A push from start to confirmation. */
function push(host: SimulatedHost, { desired, files }: Wanted): HostPlan {
  const observed = observedOf(host);
  const plan = planFor({ desired, files }, observed);
  apply(host, plan);
  host.recorded = makeManifest(desired, files, observed);
  return plan;
}

/** Goes through a history and hands each moment before a push to a law. */
function eachPush(law: (host: SimulatedHost, wanted: Wanted) => void) {
  fc.assert(
    fc.property(freshHost, history, (fresh, pushes) => {
      const host = structuredClone(fresh);
      for (const moment of pushes) {
        for (const { what, which } of moment.drift) drifts[what](host, which);
        law(host, moment.wanted);
        push(host, moment.wanted);
      }
    }),
    { numRuns: 100 },
  );
}

describe('a plan, whatever happened to the host before', { timeout: 60_000 }, () => {
  it('is convergent: once it is applied there is nothing left to do', () => {
    eachPush((before, asked) => {
      const host = structuredClone(before);
      push(host, asked);
      const { files, runtime } = planFor(asked, observedOf(host));
      expect({ files, runtime }).toEqual({ files: [], runtime: [] });
    });
  });

  it('is reversible: undone after any of its steps, the kernel is as before', () => {
    eachPush((before, asked) => {
      const { runtime } = planFor(asked, observedOf(before));
      for (let done = 0; done <= runtime.length; done++) {
        const { kernel } = structuredClone(before);
        applySteps(kernel, runtime.slice(0, done));
        undoSteps(kernel, runtime.slice(0, done));
        expect(stateOf(kernel)).toEqual(stateOf(before.kernel));
      }
    });
  });

  it('is reversible in the middle of a step: whichever of its commands have run, the kernel is as before', () => {
    eachPush((before, asked) => {
      const { runtime } = planFor(asked, observedOf(before));
      for (const [done, begun] of runtime.entries()) {
        for (let ran = 0; ran <= begun.apply.length; ran++) {
          const { kernel } = structuredClone(before);
          applySteps(kernel, [...runtime.slice(0, done), { ...begun, apply: begun.apply.slice(0, ran) }]);
          undoBegun(kernel, begun);
          undoSteps(kernel, runtime.slice(0, done));
          expect(stateOf(kernel), `${begun.words}, after ${ran} commands`).toEqual(stateOf(before.kernel));
        }
      }
    });
  });

  it('is deterministic: the same whatever the order of what is asked and of what is found', () => {
    const shuffled = <T>(entries: readonly T[], seed: number) =>
      entries
        .map((entry, i) => ({ entry, at: Math.sin(seed + i * 7919) }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry);
    fc.assert(
      fc.property(
        freshHost,
        wanted,
        wanted,
        fc.array(drift, { maxLength: 3 }),
        fc.nat(1000),
        (host, first, then, some, seed) => {
          push(host, first);
          for (const { what, which } of some) drifts[what](host, which);
          const mix = <T>(entries: readonly T[]) => shuffled(entries, seed);
          const { kernel } = host;
          const desired = {
            ...then.desired,
            ...{ links: mix(then.desired.links), routes: mix(then.desired.routes), rules: mix(then.desired.rules) },
            ...{ chains: mix(then.desired.chains), sysctls: mix(then.desired.sysctls) },
          };
          const other = {
            ...host,
            kernel: {
              ...kernel,
              ...{ links: mix(kernel.links), routes: mix(kernel.routes), rules: mix(kernel.rules) },
              ...{ chains: mix(kernel.chains), sysctls: Object.fromEntries(mix(Object.entries(kernel.sysctls))) },
            },
            files: mix(host.files),
          };
          const plan = planFor({ desired, files: mix(then.files) }, observedOf(other));
          const { files, runtime } = planFor(then, observedOf(host));
          expect({ files: plan.files, runtime: plan.runtime }).toEqual({ files, runtime });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leaves alone what is not its own, and once all is removed the host is as before the first push', () => {
    fc.assert(
      fc.property(freshHost, fc.array(wanted, { minLength: 1, maxLength: 3 }), (fresh, pushes) => {
        const host = structuredClone(fresh);
        for (const asked of pushes) push(host, asked);
        push(host, { desired: nothing, files: [] });
        // Pins of interfaces that come and go go with them; a file in /run goes with the next boot.
        const comparable = ({ kernel }: SimulatedHost) => {
          const { 'net/ipv4/conf/veth0/rp_filter': _, ...sysctls } = kernel.sysctls;
          return stateOf({ ...kernel, sysctls, runFiles: {} });
        };
        expect(comparable(host)).toEqual(comparable(fresh));
        expect(host.files).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
