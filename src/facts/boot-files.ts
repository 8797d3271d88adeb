import type { BootFiles, BootLine, NetworkdText } from '../domain/boot-files.ts';
import { keyedLines, type Sections } from './sections.ts';

/** Parses what `node/observe.sh` says of the files that the next boot reads. */
export function parseBootFiles(sections: Sections): BootFiles {
  const lines = bootLines(sections.get('boot-lines') ?? '');
  const state = keyedLines(sections.get('boot-state') ?? '');
  const clock = state.find(({ key }) => key === 'clock')?.rest ?? '';
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const isSysctl = ({ path }: BootLine) => path.includes('/sysctl.d/');
  return {
    // Stable, so lines of one file stay in order.
    sysctlLines: lines.filter(isSysctl).sort((a, b) => compare(base(a.path), base(b.path))),
    savedChainLines: lines.filter((line) => !isSysctl(line)),
    units: state.flatMap(({ key, rest }) =>
      key === 'wanted' || key === 'unwanted' || key === 'masked' ? [{ name: rest, state: key }] : [],
    ),
    unreadNetplanFiles: (sections.get('networkd-unread') ?? '')
      .split('\n')
      // A folder only tells that some file in it came or went, and ours is compared with what it should be.
      .filter((path) => isNetplan(path) && !path.endsWith('/') && !path.includes('mlbroute')),
    ...netplanError(sections.get('netplan-error') ?? ''),
    networkdTexts: networkdTexts(sections),
    clockS: /^\d+$/.test(clock) ? Number(clock) : null,
  };
}

/** True for a file of netplan's, which networkd never reads itself. */
export function isNetplan(path: string): boolean {
  return path.startsWith('/etc/netplan/');
}

function netplanError(text: string): Pick<BootFiles, 'netplanError'> {
  const words = text.trim().replaceAll(/\s+/g, ' ');
  return words === '' ? {} : { netplanError: words };
}

/** networkd's files; in place of those that netplan made, what it would make now, where that was asked. */
function networkdTexts(sections: Sections): readonly NetworkdText[] {
  const there = parseTexts(sections.get('networkd-texts') ?? '');
  const made = sections.get('netplan-texts');
  if (made === undefined) return there;
  return [...there.filter(({ path }) => !/^\/run\/.*netplan/.test(path)), ...parseTexts(made)];
}

/** Files as `grep -H ''` prints them, line by line. */
function parseTexts(text: string): readonly NetworkdText[] {
  const files = new Map<string, string[]>();
  for (const [, path = '', line = ''] of text.matchAll(/^(\/[^:\n]*):(.*)$/gm)) {
    const lines = files.get(path) ?? [];
    lines.push(line);
    files.set(path, lines);
  }
  return [...files].map(([path, lines]) => ({ path, text: lines.join('\n') }));
}

/** Lines as `grep -Hn` prints them. */
function bootLines(text: string): readonly BootLine[] {
  return Array.from(text.matchAll(/^(\/[^:\n]*):(\d+):(.*)$/gm), ([, path = '', line, found = '']) => ({
    path,
    line: Number(line),
    text: found,
  }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
