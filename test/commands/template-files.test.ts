import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { templateNames } from '../../src/backends/templates.ts';
import { render } from '../../src/commands/render.ts';
import { loadTemplates } from '../../src/commands/template-files.ts';
import { must } from '../tasks/example-host.ts';
import { run } from './test-io.ts';

describe("a user's folder of templates", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mlbroute-templates-'));
    await mkdir(join(folder, 'networkd'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the place of shipped files one by one', async () => {
    await writeFile(join(folder, 'networkd/vlan.netdev.hbs'), 'mine {{name}}');
    await writeFile(join(folder, 'README'), 'not a template');
    const templates = must(await loadTemplates(folder));
    expect(Object.keys(templates).sort()).toEqual(templateNames);
    expect(templates['networkd/vlan.netdev.hbs']?.({ name: 'eth0.5', id: 5, mtu: null })).toBe('mine eth0.5');
    expect(templates['networkd/networkd.conf.hbs']?.({})).toContain('ManageForeignRoutes=no');
  });

  it('may be a copy of the shipped ones: each path in them is in the view it gets', async () => {
    expect(await loadTemplates(fileURLToPath(new URL('../../templates', import.meta.url)))).toMatchObject({ ok: true });
  });

  it('is what a run with --templates goes by', async () => {
    await mkdir(join(folder, 'sysctl-d'));
    await writeFile(join(folder, 'sysctl-d/mlbroute.conf.hbs'), 'mine\n');
    const out = join(folder, 'out');
    const playbook = join(folder, 'site.yaml');
    await writeFile(playbook, '- hosts: all\n  tasks:\n    - sysctl: { name: vm.swappiness, value: 1 }\n');
    const options = { inventory: ['n1,'], limit: null, out, playbook, templates: folder };
    const { exitCode, stderr } = await run(render, options);
    expect(exitCode, stderr).toBe(0);
    const text = await readFile(join(out, 'n1/etc/sysctl.d/99-zz-mlbroute.conf'), 'utf8');
    expect(text).toBe('# mlbroute: managed file, edits are undone by the next push\nmine\n');
  });

  it('is refused for a file that nothing prints, at its place', async () => {
    const file = join(folder, 'networkd/typo.hbs');
    await writeFile(file, '');
    expect(await loadTemplates(folder)).toMatchObject({
      ok: false,
      error: [{ code: 'template-unknown', at: { file } }],
    });
  });

  it('is refused where it does not exist', async () => {
    expect(await loadTemplates(join(folder, 'no'))).toMatchObject({
      ok: false,
      error: [{ code: 'template-directory' }],
    });
  });
});
