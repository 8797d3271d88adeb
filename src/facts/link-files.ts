import type { OtherUses } from '../domain/other-uses.ts';

/** A file about links, with those of its lines that the host picked out, blanks around them cut. */
export type LinkFile = { readonly path: string; readonly lines: readonly string[] };

/**
 * Cuts what `node/observe.sh` says of files about links: first all files, `file PATH`, then their lines, `PATH:LINE`, in the same order. A line of no file,
 * such as grep's word about a binary one, is left out.
 */
export function cutLinkFiles(section: string): readonly LinkFile[] {
  const files: { path: string; lines: string[] }[] = [];
  let at = 0;
  for (const line of section.split('\n')) {
    if (line.startsWith('file ')) {
      files.push({ path: line.slice('file '.length), lines: [] });
      continue;
    }
    const found = files.findIndex(({ path }, index) => index >= at && line.startsWith(`${path}:`));
    const file = files[found];
    if (file === undefined) continue;
    at = found;
    file.lines.push(line.slice(file.path.length + 1).trim());
  }
  return files;
}

/** The assignments of an ini file, each with the name of its section: `Match`. */
export function assignmentsOf({
  lines,
}: LinkFile): readonly { readonly part: string; readonly key: string; readonly value: string }[] {
  let part = '';
  return lines.flatMap((line) => {
    const [, name] = /^\[([^\]]*)\]/.exec(line) ?? [];
    if (name !== undefined) part = name;
    const equals = line.indexOf('=');
    if (name !== undefined || equals < 0) return [];
    return [{ part, key: line.slice(0, equals).trim(), value: line.slice(equals + 1).trim() }];
  });
}

/**
 * What makes interfaces: .netdev files with name and VLAN id, `VLAN=` lines of .network files, and the interfaces of ifupdown and NetworkManager. Files of
 * mlbroute are left out.
 */
export function parseLinkFiles(files: readonly LinkFile[]): Pick<OtherUses, 'linkFiles' | 'vlansOf'> {
  const others = files.filter(({ path }) => !path.includes('mlbroute'));
  const networks = others.filter(({ path }) => path.endsWith('.network'));
  return {
    linkFiles: others.filter((file) => !networks.includes(file)).flatMap(linksMadeBy),
    vlansOf: Object.fromEntries(
      networks.flatMap((file): [string, string[]][] => {
        const names = assignmentsOf(file).flatMap(({ key, value }) => (key === 'VLAN' ? value.split(/\s+/) : []));
        return names.length === 0 ? [] : [[file.path, names]];
      }),
    ),
  };
}

function linksMadeBy(file: LinkFile): OtherUses['linkFiles'] {
  const { path, lines } = file;
  if (path.endsWith('.netdev')) {
    const valuesOf = (part: string, key: string) =>
      assignmentsOf(file).flatMap((each) => (each.part === part && each.key === key ? [each.value] : []));
    const id = valuesOf('VLAN', 'Id').findLast((value) => /^\d+$/.test(value));
    return valuesOf('NetDev', 'Name').map((name) => ({ path, name, vlanId: id === undefined ? null : Number(id) }));
  }
  return lines.flatMap((line) => {
    const [, name] = /^iface\s+(\S+)/.exec(line) ?? /^interface-name\s*=\s*(.+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ path, name, vlanId: null }];
  });
}
