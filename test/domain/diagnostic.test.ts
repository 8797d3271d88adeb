import { describe, expect, it } from 'vitest';
import { type Diagnostic, formatDiagnostic } from '../../src/domain/diagnostic.ts';

const source = ['all:', '  vars:', '\t vlan:\t5000', 'last'].join('\n');

function printed(at: { line: number; column: number } | null, hint: string | null, text: string | null = source) {
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'vlan-range',
    message: 'VLAN id 5000 is outside 1–4094',
    hint,
    at: at === null ? null : { file: 'prod.yaml', ...at },
  };
  return formatDiagnostic(diagnostic, (file) => (file === 'prod.yaml' ? text : null));
}

describe('formatDiagnostic', () => {
  it('shows the line and points at the column', () => {
    expect(printed({ line: 2, column: 3 }, null)).toBe(
      [
        'prod.yaml:2:3: error[vlan-range]: VLAN id 5000 is outside 1–4094', //
        '        vars:',
        '        ^',
      ].join('\n'),
    );
  });

  it('keeps tabs under the line, so that the caret stands right whatever their width', () => {
    expect(printed({ line: 3, column: 9 }, 'reserved').split('\n').slice(1)).toEqual([
      '      \t vlan:\t5000',
      '      \t      \t^ hint: reserved',
    ]);
  });

  it('points behind the end of a line where something is missing', () => {
    expect(printed({ line: 4, column: 5 }, null).split('\n').slice(1)).toEqual(['      last', '          ^']);
  });

  it('gives the hint a line of its own where there is no source to show', () => {
    const head = 'prod.yaml:2:3: error[vlan-range]: VLAN id 5000 is outside 1–4094';
    expect(printed({ line: 2, column: 3 }, 'reserved', null)).toBe(`${head}\n      hint: reserved`);
    expect(printed({ line: 2, column: 3 }, null, null)).toBe(head);
  });

  it('says just the message where no place is known', () => {
    expect(printed(null, null)).toBe('error[vlan-range]: VLAN id 5000 is outside 1–4094');
  });

  it('does not fail for a line the source does not have', () => {
    expect(printed({ line: 99, column: 1 }, null)).toBe(
      'prod.yaml:99:1: error[vlan-range]: VLAN id 5000 is outside 1–4094',
    );
  });
});
