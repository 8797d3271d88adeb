import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/domain/change.ts';
import type { Diagnostic } from '../../src/domain/diagnostic.ts';
import type { HostName } from '../../src/domain/host.ts';
import type { HostOutcome } from '../../src/domain/outcome.ts';
import { annotateDiagnostics, annotateFindings, annotateOutcomes } from '../../src/report/github.ts';

const name = (host: string) => host as HostName;

describe('annotations for GitHub', () => {
  it('stand at the place of an error, with what is special to the form escaped', () => {
    const error: Diagnostic = {
      severity: 'error',
      code: 'vlan-range',
      message: '100% wrong: 5000',
      hint: 'up to 4094',
      at: { file: 'a,b:c.yaml', line: 7, column: 3 },
    };
    const warning: Diagnostic = { severity: 'warning', code: 'odd', message: 'two\r\nlines', hint: null, at: null };
    expect(annotateDiagnostics([error, warning])).toBe(
      '::error file=a%2Cb%3Ac.yaml,line=7,col=3,title=vlan-range::100%25 wrong: 5000%0Ahint: up to 4094\n' +
        '::warning title=odd::two%0D%0Alines\n',
    );
  });

  it('name hosts that ended badly, the worst first, those with one cause together', () => {
    const refused: HostOutcome = {
      status: 'unreachable',
      because: { kind: 'connect', message: 'connection refused', isTransient: true },
    };
    const stranded: HostOutcome = {
      status: 'stranded',
      because: { kind: 'connection-lost', message: 'gone' },
      details: '',
      command: 'x',
    };
    const results = [
      { host: name('n1'), outcome: refused },
      { host: name('n2'), outcome: refused },
      { host: name('n3'), outcome: { status: 'unchanged' } as const },
      { host: name('n4'), outcome: stranded },
    ];
    expect(annotateOutcomes(results, 'mlbroute push')).toBe(
      '::error title=mlbroute push::n4: stranded: gone\n::error title=mlbroute push::n[1-2]: unreachable: connection refused\n',
    );
    expect(annotateOutcomes([], 'mlbroute push')).toBe('');
  });

  it('name hosts that are not as described', () => {
    const missing: Finding = {
      code: 'missing',
      where: 'running',
      subject: 'rule 2010',
      message: 'is missing',
      hint: null,
    };
    const hosts = [
      { host: name('n1'), findings: [missing] },
      { host: name('n2'), findings: [] },
      { host: name('n3'), findings: [missing] },
    ];
    expect(annotateFindings(hosts, 'mlbroute audit')).toBe(
      '::error title=mlbroute audit::n[1,3]: 1 finding%0Amissing: rule 2010\n',
    );
  });
});
