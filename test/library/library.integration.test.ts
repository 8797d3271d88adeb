import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HostEvent, InputError, plan, push, render } from '../../src/index.ts';
import { type Fleet, startFleet } from '../commands/fleet.ts';

let fleet: Fleet;
let before: string | undefined;
beforeAll(() => {
  fleet = startFleet(2);
  before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = join(fleet.directory, 'state');
});
afterAll(() => {
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
  fleet.stop();
});

const rulesOf = (name: string) => fleet.host(name).sh('ip -4 rule show');

describe('mlbroute for programs', () => {
  it('renders without any host', async () => {
    const rendered = await render({ inventory: [fleet.inventory], limit: 'n1' });
    expect(rendered).toHaveLength(1);
    const [first] = rendered;
    if (first === undefined || 'refused' in first) throw new Error(JSON.stringify(rendered));
    expect(first.host).toBe('n1');
    expect(first.decisions.map(({ network, returnPath }) => [network, returnPath])).toEqual([['public', 'mark']]);
    expect(first.files.map(({ path }) => path)).toContain('/etc/sysctl.d/99-zz-mlbroute.conf');
  });

  it('throws what is wrong with an inventory, with its place', async () => {
    const wrong = { inventory: [fleet.inventory], extraVars: ['{"networks": [{"name": "public"}]}'] };
    for (const call of [() => render(wrong), () => plan(wrong), () => push({ ...wrong, approve: () => true })]) {
      const error = await call().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(InputError);
      expect(String(error)).toMatch(/^InputError: .*error\[/);
    }
  });

  it('plans, asks, pushes, and tells all of it', async () => {
    const pristine = rulesOf('n1');
    const planned = await plan({ inventory: [fleet.inventory] });
    expect(planned.map((each) => [each.host, 'plan' in each && each.isUnchanged])).toEqual([
      ['n1', false],
      ['n2', false],
    ]);

    const declined = await push({ inventory: [fleet.inventory], approve: () => false });
    expect(declined.isGood).toBe(false);
    expect(declined.hosts.map(({ outcome }) => outcome.status)).toEqual(['not-started', 'not-started']);
    expect(rulesOf('n1')).toBe(pristine);

    const events: HostEvent[] = [];
    const seen: string[] = [];
    const pushed = await push({
      inventory: [fleet.inventory],
      approve: async (plans) => {
        seen.push(...plans.map(({ host }) => host));
        return plans.every(({ files }) => files.length > 0);
      },
      onEvent: (event) => events.push(event),
    });
    expect(pushed).toMatchObject({ isGood: true });
    expect(seen.sort()).toEqual(['n1', 'n2']);
    expect(pushed.hosts.map(({ outcome }) => outcome.status)).toEqual(['changed', 'changed']);
    const phases = events.flatMap((event) => (event.kind === 'phase' && event.host === 'n1' ? event.phase : []));
    expect([...new Set(phases)]).toEqual(['connect', 'observe', 'plan', 'apply', 'verify', 'confirm']);
    expect(rulesOf('n1')).toContain('fwmark');

    const again = await push({
      inventory: [fleet.inventory],
      approve: () => Promise.reject(new Error('asked for nothing')),
    });
    expect(again.hosts.map(({ outcome }) => outcome)).toEqual([{ status: 'unchanged' }, { status: 'unchanged' }]);
  });

  it('tells of a host that cannot be reached beside one that can', async () => {
    const options = { inventory: [fleet.inventory, 'far,'], extraVars: ['ansible_ssh_timeout=2'] };
    const planned = await plan(options);
    expect(planned.find(({ host }) => host === 'far')).toMatchObject({ outcome: { status: 'unreachable' } });
    const pushed = await push({ ...options, approve: () => true });
    expect(pushed.isGood).toBe(false);
    expect(pushed.hosts.find(({ host }) => host === 'n1')).toMatchObject({ outcome: { status: 'unchanged' } });
  });
});
