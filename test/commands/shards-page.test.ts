import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const docs = await Promise.all(
  ['shards', 'audit'].map((name) => readFile(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')),
);
const blocks = docs.flatMap((page) => Array.from(page.matchAll(/^```yaml\n([\s\S]*?)^```/gm), ([, text = '']) => text));
const workflows = blocks.filter((text) => /^on:/m.test(text));
const [job = ''] = blocks.filter((text) => /^kind: Job$/m.test(text));
const shards = ['1/3', '2/3', '3/3'];

/** The shard that a command line is about. */
const shardIn = (line: string) => /--shard (\S+)/.exec(line)?.[1];

describe('what the documentation shows for pipelines', () => {
  it.each(workflows.map((text) => [parse(text).name as string, text]))(
    'is a workflow that GitHub’s own parser takes: %s',
    (name, content) => {
      const { context, value } = parseWorkflow({ name: `${name}.yaml`, content }, new NoOperationTraceWriter());
      expect(context.errors.getErrors().map(({ message }) => message)).toEqual([]);
      expect(value).toBeDefined();
    },
  );

  it('has a matrix of all shards, whose reports are merged', () => {
    const { jobs } = parse(workflows.find((text) => text.includes('matrix:')) ?? '');
    const { matrix } = jobs.push.strategy;
    const [line = ''] = jobs.push.steps.flatMap(({ run }: { run?: string }) => run ?? []);
    const lines = matrix.shard.map((shard: number) =>
      line
        .replaceAll(/\$\{\{ matrix\.shard \}\}/g, String(shard))
        .replaceAll(/\$\{\{ strategy\.job-total \}\}/g, matrix.shard.length),
    );
    expect(lines.map(shardIn)).toEqual(shards);
    expect(lines.map((text: string) => /--report (\S+)/.exec(text)?.[1])).toEqual(['1.json', '2.json', '3.json']);
    expect(JSON.stringify(jobs.report.steps)).toContain('mlbroute report merge 1.json 2.json 3.json ');
  });

  it('has an indexed Job whose Pods run one shard each', () => {
    const { apiVersion, spec } = parse(job);
    const { containers, volumes } = spec.template.spec;
    expect([apiVersion, spec.completionMode, spec.completions, spec.parallelism]).toEqual([
      'batch/v1',
      'Indexed',
      3,
      3,
    ]);
    const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
    expect(names(containers[0].volumeMounts)).toEqual(names(volumes));
    // What the shell makes of it, with another program of that name.
    const folder = mkdtempSync(join(tmpdir(), 'mlbroute-job-'));
    writeFileSync(join(folder, 'mlbroute'), '#!/bin/sh\necho "$@"\n');
    chmodSync(join(folder, 'mlbroute'), 0o755);
    const [command, ...args] = [...containers[0].command, ...containers[0].args];
    const lines = [0, 1, 2].map((index) =>
      execFileSync(command, args, {
        encoding: 'utf8',
        env: { PATH: `${folder}:${process.env.PATH}`, JOB_COMPLETION_INDEX: String(index) },
      }),
    );
    rmSync(folder, { recursive: true });
    expect(lines.map(shardIn)).toEqual(shards);
    expect(lines[2]).toContain('--report /reports/2.json');
  });
});
