import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportFileFaults, writeReport } from '../../src/commands/report-files.ts';
import { parseReportFile, type ReportFile } from '../../src/domain/report-file.ts';
import { sampleReport } from '../report/sample-report.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-report-'));
  mkdirSync(join(folder, 'folder.json'));
  writeFileSync(join(folder, 'file'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string): ReportFile => ({ path: join(folder, name), format: 'json' });

describe('the name of a report', () => {
  it.each([
    ['a.json', 'json'],
    ['dir.html/a.XML', 'xml'],
    ['a.sarif', 'sarif'],
  ])('%s says its format', (path, format) => {
    expect(parseReportFile(path)).toEqual({ ok: true, value: { path, format } });
  });

  it.each(['', 'report', 'report.pdf', 'xml'])('"%s" does not', (path) => {
    expect(parseReportFile(path)).toMatchObject({ ok: false, error: expect.stringContaining('.xml (JUnit)') });
  });
});

describe('a file for a report', () => {
  it.each([
    ['in a folder that is missing', 'no/a.json', 'there is no folder FOLDER/no'],
    ['that is a folder', 'folder.json', 'it is a folder'],
    ['below a file', 'file/a.json', 'ENOTDIR: not a directory'],
  ])('%s is refused before anything is done, with its place and the reason', (_, name, trouble) => {
    const [fault, ...others] = reportFileFaults([file('good.json'), file(name)]);
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ severity: 'error', code: 'report-unwritable' });
    expect(fault?.message.replaceAll(folder, 'FOLDER')).toBe(`--report FOLDER/${name}: ${trouble}`);
  });

  it('that can be written is neither made nor touched by the look', () => {
    writeFileSync(join(folder, 'old.json'), 'old');
    expect(reportFileFaults([file('old.json'), file('new.json')])).toEqual([]);
    expect(readFileSync(join(folder, 'old.json'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder.json', 'old.json']);
  });

  it('is written as a whole, for its owner alone, and one that is refused keeps no other from it', () => {
    const format = () => 'new';
    const troubles = writeReport(
      sampleReport([]),
      [file('no/a.json'), file('folder.json'), file('old.json')].map((each) => ({ file: each, format })),
    );
    expect(troubles.map((text) => text.replaceAll(folder, 'FOLDER'))).toEqual([
      'FOLDER/no/a.json: there is no folder FOLDER/no',
      'FOLDER/folder.json: EISDIR: illegal operation on a directory',
    ]);
    expect(readFileSync(join(folder, 'old.json'), 'utf8')).toBe('new');
    expect(statSync(join(folder, 'old.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder.json', 'old.json']);
  });
});
