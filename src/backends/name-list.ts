import type { Draft } from './backend.ts';

/** A list of names, one a line, that node/observe.sh reads. It has no template: one of a user's could lose what is to be looked at. */
export function nameList(path: string, about: string, names: readonly string[]): Draft {
  return { path, mode: '0644', content: [`# mlbroute: managed file. ${about}`, ...names, ''].join('\n') };
}
