import { type Cluster, readCluster } from '../cluster/cluster.ts';
import { type Manifest, readManifests } from '../cluster/manifests.ts';
import { type Diagnostic, unplacedError } from '../domain/diagnostic.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { sourceText } from '../inventory/inventory-text.ts';
import { disk } from '../inventory/read-inventory.ts';

/** Where the objects of a cluster come from: files, or kubectl where it shall be called, or else standard input. */
export type ClusterSource = {
  readonly files: readonly string[];
  readonly kubectl: boolean;
  /** Of kubectl; null: the present one. */
  readonly context: string | null;
};

const standardInput = '/dev/stdin';

/** What is asked of kubectl: all that an import can use, and of ConfigMaps only those few, since others have secrets in them. */
const queries: readonly (readonly string[])[] = [
  ['nodes'],
  ['ipaddresspools.metallb.io,l2advertisements.metallb.io,bgpadvertisements.metallb.io', '-A'],
  ['configmaps', '-n', 'kube-system', 'kube-proxy', 'kubeadm-config', 'cilium-config', '--ignore-not-found'],
];

/** Reads the objects of a cluster. Errors: all of them. */
export async function readClusterObjects({
  files,
  kubectl,
  context,
}: ClusterSource): Promise<Result<Cluster, readonly Diagnostic[]>> {
  const texts = [
    ...(await Promise.all((files.length > 0 || kubectl ? files : [standardInput]).map(readFile))),
    ...(kubectl ? await Promise.all(queries.map((query) => ask(query, context))) : []),
  ];
  const faults: Diagnostic[] = [];
  const manifests: Manifest[] = [];
  for (const text of texts) {
    // None of the ConfigMaps may be there: then kubectl prints nothing.
    if (text.ok && text.value.text.trim() === '' && text.value.mayBeEmpty) continue;
    const read = text.ok ? readManifests(sourceText(text.value.text), text.value.file) : text;
    if (read.ok) manifests.push(...read.value);
    else faults.push(...read.error);
  }
  return faults.length > 0 ? err(faults) : ok(readCluster(manifests));
}

type Text = Result<
  { readonly file: string; readonly text: string; readonly mayBeEmpty: boolean },
  readonly Diagnostic[]
>;

async function readFile(path: string): Promise<Text> {
  const file = path === standardInput ? 'standard input' : path;
  const text = await disk.read(path);
  return text.ok
    ? ok({ file, text: text.value, mayBeEmpty: false })
    : err([unplacedError('cluster-file', `${file} cannot be read: ${text.error}`, null)]);
}

async function ask(query: readonly string[], context: string | null): Promise<Text> {
  const args = [...(context === null ? [] : ['--context', context]), 'get', ...query, '-o', 'json'];
  const command = `kubectl ${args.join(' ')}`;
  const ended = await disk.run(['kubectl', ...args], '');
  const hint = 'print the objects where kubectl works, and give the file';
  if (!ended.ok) return err([unplacedError('kubectl', `kubectl cannot be run: ${ended.error}`, hint)]);
  const { exitCode, stdout, stderr } = ended.value;
  if (exitCode !== 0)
    return err([unplacedError('kubectl', `${command}: ${stderr.trim() || `exit code ${exitCode}`}`, hint)]);
  return ok({ file: command, text: stdout, mayBeEmpty: true });
}
