import { cutLinkFiles, type LinkFile } from '../../src/facts/link-files.ts';

/** Files by path, as a host tells of them. */
export function linkFilesIn(texts: { readonly [path: string]: string }): readonly LinkFile[] {
  const lines = Object.entries(texts).flatMap(([path, text]) => text.split('\n').map((line) => `${path}:${line}`));
  return cutLinkFiles([...Object.keys(texts).map((path) => `file ${path}`), ...lines, ''].join('\n'));
}
