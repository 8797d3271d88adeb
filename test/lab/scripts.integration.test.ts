import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labFiles } from '../../src/lab/lab-state.ts';

const guest = join(labFiles, 'guest/usr/local/sbin');
const scripts = [
  ...readdirSync(join(labFiles, 'host'))
    .filter((name) => name.endsWith('.sh'))
    .map((name) => join(labFiles, 'host', name)),
  ...readdirSync(guest)
    .filter((name) => readFileSync(join(guest, name), 'utf8').startsWith('#!/bin/sh'))
    .map((name) => join(guest, name)),
];

describe('the scripts of the lab', () => {
  it.each(scripts)('%s has nothing shellcheck would change', (script) => {
    expect(execFileSync('shellcheck', ['-s', 'sh', script], { encoding: 'utf8' })).toBe('');
  });
});

it('the help for processors with many registers compiles without a word, and programs start with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlbroute-wide-'));
  const help = join(folder, 'wide-registers.so');
  const source = join(labFiles, 'host/wide-registers.c');
  execFileSync('tcc', ['-Wall', '-Werror', '-shared', '-nostdlib', '-o', help, source], { stdio: 'pipe' });
  const maps = execFileSync('cat', ['/proc/self/maps'], { encoding: 'utf8', env: { LD_PRELOAD: help } });
  rmSync(folder, { recursive: true });
  expect(maps).toContain(help);
});
