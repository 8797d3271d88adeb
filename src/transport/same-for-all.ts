import { readdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode } from './error-code.ts';

const systemFile = '/etc/ssh/ssh_config';
/** As ssh(1) allows. */
const mostIncludes = 16;

/**
 * Whether ssh's files say the same for every host, so that it need be asked only once: nothing in them is for some hosts, and no name is made of
 * another. What is not plain counts as no. `words` are arguments of ssh(1). Source: ssh_config(5).
 */
export async function saysTheSameForAll(words: readonly string[]): Promise<boolean> {
  const isOption = (word: string, i: number) =>
    words[i - 1] === '-o' && /^\s*(host|match|include|canonical)/i.test(word);
  if (words.some((word, i) => isOption(word, i) || /^-[Fo]./.test(word))) return false;
  if (words.includes('-F')) {
    const file = words[words.lastIndexOf('-F') + 1] ?? '';
    return file === 'none' || isPlain(file, 0);
  }
  // ssh goes by the account, whatever HOME says.
  const ownFile = join(userInfo().homedir, '.ssh/config');
  // Where a system keeps its file elsewhere, nobody knows here what is in it.
  return (await textOf(systemFile)) !== null && (await isPlain(ownFile, 0)) && (await isPlain(systemFile, 0));
}

async function isPlain(file: string, depth: number): Promise<boolean> {
  const text = await textOf(file);
  if (text === null) return true;
  for (const line of text.split('\n')) {
    const [, keyword = '', value = ''] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(line) ?? [];
    switch (keyword.toLowerCase()) {
      case 'host':
        if (value !== '*') return false;
        break;
      case 'match':
        if (value.toLowerCase() !== 'all') return false;
        break;
      case 'include': {
        const files = await filesOf(value, file);
        if (files === null || depth === mostIncludes) return false;
        for (const each of files) if (!(await isPlain(each, depth + 1))) return false;
        break;
      }
      default:
        if (/^(hostname|canonical.*)$/i.test(keyword)) return false;
    }
  }
  return true;
}

/** The files that an Include names; null where that takes more than a plain `*` in the last part of absolute paths. */
async function filesOf(value: string, from: string): Promise<readonly string[] | null> {
  const found: string[] = [];
  for (const word of value.split(/\s+/)) {
    const path = word.startsWith('/') ? word : join(from === systemFile ? dirname(systemFile) : '/~', word);
    const [, folder = '', pattern = ''] = /^(\/(?:[^*]*\/)?)([^/]*)$/.exec(path) ?? [];
    if (folder === '' || /["'?[\]{}$%~\\]/.test(path)) return null;
    const matcher = new RegExp(`^${pattern.replace(/[.+^()|]/g, '\\$&').replaceAll('*', '.*')}$`);
    const names = (await namesIn(folder)).filter((name) => matcher.test(name) && !name.startsWith('.'));
    found.push(...names.map((name) => join(folder, name)));
  }
  return found;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await ifThere(readdir(folder))) ?? [];
}

/** Null where there is no such file. */
function textOf(file: string): Promise<string | null> {
  return ifThere(readFile(file, 'utf8'));
}

async function ifThere<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
