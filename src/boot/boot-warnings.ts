import { basename } from 'node:path/posix';
import type { BootFiles, BootLine } from '../domain/boot-files.ts';
import type { FileChange, HostPlan, PlanWarning } from '../domain/change.ts';
import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { bootFindings } from './boot-findings.ts';

/** What of a planned state the next boot would not bring, because of files of others: once the push has written its own. */
export function bootWarnings(
  { files }: Pick<HostPlan, 'files'>,
  desired: DesiredState,
  { facts, boot }: Pick<Observed, 'facts' | 'boot'>,
): readonly PlanWarning[] {
  const planned: BootFiles = { ...boot, sysctlLines: files.reduce(withFile, boot.sysctlLines) };
  return bootFindings(desired, facts, planned).map(({ code, subject, message, hint }) => ({
    code,
    message: message.includes(subject) ? message : `${subject}: ${message}`,
    hint,
  }));
}

/** The lines as they will be read once a file is written: files of all folders in the order of their names (sysctl.d(5)). */
function withFile(lines: readonly BootLine[], change: FileChange): readonly BootLine[] {
  const { path } = change;
  if (!path.startsWith('/etc/sysctl.d/')) return lines;
  const rest = lines.filter((line) => line.path !== path);
  const after = change.kind === 'remove' || change.after.kind !== 'file' ? '' : change.after.content;
  const own = after.split('\n').map((text, index) => ({ path, line: index + 1, text }));
  const at = rest.findIndex((line) => basename(line.path) > basename(path));
  return at === -1 ? [...rest, ...own] : rest.toSpliced(at, 0, ...own);
}
