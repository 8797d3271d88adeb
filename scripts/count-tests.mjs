// Sums vitest's JSON reports into the last line of a test run. Arguments: the number of failed checks, then the reports.
import { readFileSync } from 'node:fs';

const [failedChecks = '0', ...files] = process.argv.slice(2);
const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);
const skipped = sum('numPendingTests') + sum('numTodoTests');
// A suite with a failing file is a failed check already: only checks without failing tests of their own are added.
const suitesFailed = reports.filter((report) => !report.success).length;
const failed =
  sum('numFailedTests') +
  Math.max(0, Number(failedChecks) - suitesFailed) +
  reports.filter((report) => !report.success && report.numFailedTests === 0).length;
if (skipped > 0) console.log(`${skipped} tests were skipped, and none may be`);
console.log(`${sum('numPassedTests')} passed, ${failed + skipped} failed`);
process.exitCode = failed + skipped === 0 ? 0 : 1;
