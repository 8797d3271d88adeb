import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/domain/diagnostic.ts';
import { formatDiagnostics } from '../../src/report/diagnostics-text.ts';

const error: Diagnostic = {
  severity: 'error',
  code: 'vlan-range',
  message: 'VLAN id 5000 is outside 1–4094',
  hint: '0 and 4095 are reserved',
  at: { file: 'prod.yaml', line: 1, column: 5 },
};
const warning: Diagnostic = { severity: 'warning', code: 'no-hosts', message: 'no host', hint: null, at: null };

describe('formatDiagnostics', () => {
  it.each<[string, readonly Diagnostic[], string]>([
    ['nothing', [], ''],
    ['a warning', [warning], 'warning[no-hosts]: no host\n1 warning\n'],
    [
      'errors and warnings, in their order, with the count of each',
      [error, warning, { ...error, at: null, hint: null }],
      `\
prod.yaml:1:5: error[vlan-range]: VLAN id 5000 is outside 1–4094
      id: 5000
          ^ hint: 0 and 4095 are reserved
warning[no-hosts]: no host
error[vlan-range]: VLAN id 5000 is outside 1–4094
2 errors, 1 warning
`,
    ],
  ])('prints %s', (_, diagnostics, expected) => {
    expect(formatDiagnostics(diagnostics, () => 'id: 5000\n')).toBe(expected);
  });
});
