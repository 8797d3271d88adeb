import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What `ansible-inventory --list` prints. */
export type AnsibleInventory = {
  readonly _meta: { readonly hostvars: { readonly [host: string]: { readonly [name: string]: unknown } } };
} & { readonly [group: string]: { readonly hosts?: readonly string[]; readonly children?: readonly string[] } };

/** Fails with a clear message where ansible-core is missing: these tests are worth nothing without it. */
export async function demandAnsible(): Promise<void> {
  try {
    await run('ansible-inventory', ['--version']);
  } catch (cause) {
    throw new Error('ansible-inventory cannot be run: install it with "apt-get install ansible-core"', { cause });
  }
}

/** What Ansible makes of an inventory text. */
export async function ansibleInventory(text: string): Promise<AnsibleInventory> {
  return JSON.parse(await ansible(text, (file) => ['ansible-inventory', '-i', file, '--list']));
}

/** The hosts a pattern means to Ansible, sorted; none where it matches nothing. */
export async function ansibleHosts(text: string, pattern: string): Promise<readonly string[]> {
  const printed = await ansible(text, (file) => ['ansible', '-i', file, 'all', '--list-hosts', '--limit', pattern]);
  return printed
    .split('\n')
    .slice(1)
    .flatMap((line) => line.trim() || [])
    .sort();
}

async function ansible(text: string, argv: (file: string) => readonly [string, ...string[]]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mlbroute-inventory-'));
  try {
    const file = join(folder, 'inventory.yaml');
    await writeFile(file, text);
    // An own configuration, so that none of this machine's counts.
    const config = join(folder, 'ansible.cfg');
    await writeFile(config, '[inventory]\nenable_plugins = yaml\n');
    const [program, ...args] = argv(file);
    const env = { ...process.env, ANSIBLE_CONFIG: config, ANSIBLE_HOME: folder };
    const { stdout } = await run(program, args, { cwd: folder, env });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
