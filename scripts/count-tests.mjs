// Ends a test run: what failed or needed another try, with the reasons, then the count. Arguments: the number of failed checks, then vitest's JSON reports.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [failedChecks = '0', ...files] = process.argv.slice(2);
const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const sum = (key) => reports.reduce((total, report) => total + report[key], 0);

// Repeated here, since a long log is often kept by its end alone.
for (const { name, message, assertionResults } of reports.flatMap((report) => report.testResults)) {
  const file = relative(process.cwd(), name);
  if (assertionResults.length === 0) say(`failed: ${file}`, [message]);
  for (const { status, fullName, failureMessages } of assertionResults) {
    if (status === 'failed') say(`failed: ${file}: ${fullName}`, failureMessages);
    else if (failureMessages.length > 0) say(`passed, but not at once: ${file}: ${fullName}`, failureMessages);
  }
}

function say(title, reasons) {
  const lines = reasons.flatMap((reason) => reason.split('\n').slice(0, 30));
  console.log([title, ...lines.map((line) => `  ${line}`)].join('\n'));
}

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
