import type { OtherUses } from '../domain/other-uses.ts';
import { keyedLines } from './sections.ts';

/**
 * Parses what `node/observe.sh` says of files that make interfaces: .netdev files with name and VLAN id, `VLAN=` lines of .network files, and
 * the interfaces of ifupdown and NetworkManager. Files of mlbroute are left out.
 */
export function parseLinkFiles(section: string): Pick<OtherUses, 'linkFiles' | 'vlansOf'> {
  const linkFiles: { path: string; name: string; vlanId: number | null }[] = [];
  const vlansOf: Record<string, string[]> = {};
  let path = '';
  for (const { key, rest } of keyedLines(section)) {
    const last = linkFiles.at(-1);
    if (key === 'file') path = rest;
    else if (path.includes('mlbroute')) continue;
    else if (key === 'link') linkFiles.push({ path, name: rest.trim(), vlanId: null });
    else if (key === 'id' && last !== undefined && /^\s*\d+\s*$/.test(rest)) last.vlanId = Number(rest);
    else if (key === 'vlan') {
      vlansOf[path] ??= [];
      vlansOf[path]?.push(...rest.trim().split(/\s+/));
    }
  }
  return { linkFiles, vlansOf };
}
