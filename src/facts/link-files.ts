import type { OtherUses } from '../domain/other-uses.ts';
import { type IniSection, parseIni, valuesOf } from './ini.ts';

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

/** What the lines of one of systemd's own files say. A line that goes on in the next one stands alone here. */
export function sectionsOf({ lines }: LinkFile): readonly IniSection[] {
  return parseIni(lines.map((line) => line.replace(/\\$/, '')).join('\n'));
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
        const settings = sectionsOf(file).flatMap((section) => section.settings);
        const names = settings.flatMap(([key, value]) => (key === 'VLAN' ? value.split(/\s+/) : []));
        return names.length === 0 ? [] : [[file.path, names]];
      }),
    ),
  };
}

function linksMadeBy(file: LinkFile): OtherUses['linkFiles'] {
  const { path, lines } = file;
  if (path.endsWith('.netdev')) {
    const sections = sectionsOf(file);
    const id = valuesOf(sections, 'VLAN', 'Id').findLast((value) => /^\d+$/.test(value));
    return valuesOf(sections, 'NetDev', 'Name').map((name) => ({
      path,
      name,
      vlanId: id === undefined ? null : Number(id),
    }));
  }
  return lines.flatMap((line) => {
    const [, name] = /^iface\s+(\S+)/.exec(line) ?? /^interface-name\s*=\s*(.+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ path, name, vlanId: null }];
  });
}
