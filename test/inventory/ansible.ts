import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Files of an inventory by path, and what is asked about them; sources are paths among the files, or lists of hosts. */
export type InventoryFiles = {
  readonly files: { readonly [path: string]: string };
  readonly sources: readonly string[];
  readonly extra?: readonly string[];
  readonly patterns?: readonly string[];
};

/** What Ansible makes of an inventory. */
export type AnsibleInventory = {
  readonly groups: {
    readonly [name: string]: {
      readonly hosts: readonly string[];
      readonly children: readonly string[];
      readonly depth: number;
      readonly priority: number;
    };
  };
  readonly vars: { readonly [host: string]: { readonly [name: string]: unknown } };
  readonly order: readonly string[];
  readonly groupNames: { readonly [host: string]: readonly string[] };
  readonly patterns: { readonly [pattern: string]: readonly string[] | { readonly error: string } };
};

/** Ansible in one process of its own, which answers one question after another. */
export type Ansible = {
  readonly inventory: (files: InventoryFiles, folder: string) => Promise<AnsibleInventory | { readonly error: string }>;
  /** Each text as `ast.literal_eval` reads it. */
  readonly literals: (
    texts: readonly string[],
  ) => Promise<readonly ({ readonly value: unknown } | { readonly text: true } | { readonly refused: string })[]>;
  /** Each line as `shlex.split` reads it. */
  readonly words: (
    lines: readonly string[],
  ) => Promise<readonly ({ readonly words: readonly string[] } | { readonly error: string })[]>;
  readonly close: () => Promise<void>;
};

/** Starts it. Fails with a clear message where ansible-core is missing: these tests are worth nothing without it. */
export async function startAnsible(): Promise<Ansible> {
  const program = fileURLToPath(new URL('ansible-oracle.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [program], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<string>((resolve) => {
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-2000);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', () => resolve(stderr));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // A process that ends has its input closed: what it said is told by whoever asks next.
  child.stdin.on('error', () => undefined);

  async function ask<T>(request: object): Promise<T> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await lines.next();
    if (line.done === true)
      throw new Error(`Ansible cannot be asked: install it with "apt-get install ansible-core"\n${await ended}`);
    return JSON.parse(line.value) as T;
  }

  await ask({ words: [] });
  return {
    inventory: ({ sources, files, extra = [], patterns = [] }, folder) =>
      ask({
        sources: sources.map((source) => (source.includes(',') ? source : join(folder, source))),
        extra: extra.map((each) => (each.startsWith('@') ? `@${join(folder, each.slice(1))}` : each)),
        patterns,
        files: Object.keys(files).length,
      }),
    literals: (literals) => ask({ literals }),
    words: (words) => ask({ words }),
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Writes files into a folder of their own, for as long as the work takes. A path that ends in `*` is made executable. */
export async function withFiles<T>(
  files: { readonly [path: string]: string },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mlbroute-inventory-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      const isExecutable = path.endsWith('*');
      const file = join(folder, path.replace(/\*$/, ''));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: isExecutable ? 0o755 : 0o644 });
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
