import { formatMarkdown } from '../table.ts';
import type { ScaleRun } from './run-scale.ts';

/** The runs as a table in Markdown. What a host costs is what it costs more than the same command over the fewest hosts. */
export function formatScale(runs: readonly ScaleRun[]): string {
  const rows = runs.map((run) => {
    const least = runs
      .filter(({ command }) => command === run.command)
      .reduce((few, each) => (each.hosts < few.hosts ? each : few));
    const more = (of: (each: ScaleRun) => number, unit: string) =>
      run === least ? '' : `${((of(run) - of(least)) / (run.hosts - least.hosts)).toFixed(1)} ${unit}`;
    return [
      run.command,
      String(run.hosts),
      `${(run.wallMs / 1000).toFixed(2)} s`,
      `${(run.cpuMs / 1000).toFixed(2)} s`,
      more(({ cpuMs }) => cpuMs, 'ms'),
      `${Math.round(run.memoryKb / 1024)} MB`,
      more(({ memoryKb }) => memoryKb, 'KB'),
      `${Math.round(run.lagMs.p99)} ms`,
      String(run.openFiles),
    ];
  });
  const head = [
    'command',
    'hosts',
    'time',
    'CPU',
    'for each host more',
    'memory',
    'for each host more',
    'lag, p99',
    'open files',
  ];
  return formatMarkdown([head, ...rows]);
}
