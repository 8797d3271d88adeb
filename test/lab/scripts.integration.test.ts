import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labFiles } from '../../src/lab/lab-state.ts';

const guest = join(labFiles, 'guest/usr/local/sbin');
const scripts = [
  ...readdirSync(join(labFiles, 'host')).map((name) => join(labFiles, 'host', name)),
  ...readdirSync(guest)
    .filter((name) => readFileSync(join(guest, name), 'utf8').startsWith('#!/bin/sh'))
    .map((name) => join(guest, name)),
];

describe('the scripts of the lab', () => {
  it.each(scripts)('%s has nothing shellcheck would change', (script) => {
    expect(execFileSync('shellcheck', ['-s', 'sh', script], { encoding: 'utf8' })).toBe('');
  });
});
