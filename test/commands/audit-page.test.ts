import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { optionsOf } from '../../src/cli/options.ts';
import { exitCodes } from '../../src/commands/exit-codes.ts';
import type { Finding } from '../../src/domain/change.ts';
import { findingKinds } from '../../src/domain/finding-kinds.ts';
import type { HostName } from '../../src/domain/host.ts';
import { formatFindings } from '../../src/report/findings-text.ts';
import { findingsLine } from '../../src/report/ndjson.ts';

const page = await readFile(new URL('../../docs/audit.md', import.meta.url), 'utf8');

/** The rows of the table that begins with this head. */
function rowsUnder(head: string): readonly string[] {
  const [, after] = page.split(`| ${head} |`);
  return (after ?? '').split('\n\n')[0]?.split('\n').slice(2) ?? [];
}

/** The first fenced block in one language. */
function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1] ?? '';
}

describe('docs/audit.md', () => {
  it('has the codes of the code, in its words', () => {
    expect(rowsUnder('code | what it says')).toEqual(
      Object.entries(findingKinds).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
    );
  });

  it('has the exit codes of the code', () => {
    const codes = rowsUnder('exit code | when').map((row) => Number(row.split('|')[1]));
    expect(codes).toEqual([0, 1, exitCodes.differences, exitCodes.badInput]);
  });

  const missing: Finding = {
    code: 'missing',
    where: 'running',
    subject: 'rule 2011 fwmark 0x100/0x1f00 lookup 7100',
    message: 'is missing in the running kernel',
    hint: null,
  };
  const host = (name: string) => name as HostName;

  it('shows a line of JSON as the program prints it', () => {
    expect(block('json')).toBe(
      findingsLine({
        host: host('node03.example.com'),
        findings: [missing],
        atReboot: [{ sign: '+', words: missing.subject }],
      }),
    );
  });

  it('shows findings as the program prints them', () => {
    const edited: Finding = {
      code: 'edited-on-host',
      where: 'persisted',
      subject: '/etc/sysctl.d/99-zz-mlbroute.conf',
      message: 'was edited by root on 2026-11-20T08:14:03.000Z since the last push',
      hint: null,
    };
    const found = ['node01', 'node02', 'node03'].map((name) => ({
      host: host(`${name}.example.com`),
      findings: name === 'node03' ? [edited, missing] : [],
      atReboot: name === 'node03' ? [{ sign: '+' as const, words: missing.subject }] : [],
    }));
    expect(block('console')).toBe(
      `$ mlbroute audit -i prod.yaml\n${formatFindings(found, { title: 'Audit', color: false, columns: Number.POSITIVE_INFINITY })}`,
    );
  });

  it('shows a workflow whose steps are an action or a script, and that uses flags that exist', () => {
    const workflow = parse(block('yaml'));
    const steps: readonly Record<string, unknown>[] = workflow.jobs.audit.steps;
    expect(Object.keys(workflow)).toEqual(['name', 'on', 'jobs']);
    expect(steps.every(({ uses, run }) => (typeof uses === 'string') !== (typeof run === 'string'))).toBe(true);
    expect(steps.some(({ run }) => String(run).includes('mlbroute audit -i prod.yaml'))).toBe(true);
    expect(Object.keys(optionsOf.audit)).toEqual(expect.arrayContaining(['inventory', 'output']));
  });
});
