import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareNames, foldHosts } from '../../src/report/fold.ts';

describe('foldHosts', () => {
  const numbered = (count: number, width: number) =>
    Array.from({ length: count }, (_, i) => `node${String(i + 1).padStart(width, '0')}`);

  it.each<[string, readonly string[], string]>([
    ['nothing', [], ''],
    ['one host', ['node01'], 'node01'],
    ['a name without a number', ['gateway'], 'gateway'],
    ['three neighbours', ['node01', 'node02', 'node03'], 'node[01-03]'],
    ['a gap', ['node01', 'node02', 'node07'], 'node[01-02,07]'],
    ['the input out of order and doubled', ['n3', 'n1', 'n2', 'n3'], 'n[1-3]'],
    ['numbers without zeros in front over a power of ten', ['n8', 'n9', 'n10', 'n11'], 'n[8-11]'],
    ['numbers with zeros in front up to their width', ['n08', 'n09', 'n10'], 'n[08-10]'],
    ['a padded number that outgrows its width starts a new range', ['n099', 'n100', 'n1000'], 'n[099-100,1000]'],
    ['1 and 01, which are two hosts', ['n1', 'n01', 'n2'], 'n[1,01,2]'],
    ['a common suffix', ['node1.example.com', 'node2.example.com'], 'node[1-2].example.com'],
    ['several families', ['db1', 'web1', 'web2', 'gateway'], 'db1,gateway,web[1-2]'],
    ['the number that varies, not the last one', ['n1.dc2', 'n2.dc2', 'n3.dc2'], 'n[1-3].dc2'],
    ['addresses', ['10.0.0.5', '10.0.0.6', '10.0.1.5'], '10.0.[0-1].5,10.0.0.6'],
    ['serial numbers, which are too long to count', ['sn12345678901', 'sn12345678902'], 'sn12345678901,sn12345678902'],
    ['50 hosts', numbered(50, 2), 'node[01-50]'],
    ['500 hosts without three', numbered(500, 3).filter((_, i) => i % 200 !== 99), 'node[001-099,101-299,301-499]'],
  ])('folds %s', (_, names, expected) => {
    expect(foldHosts(names)).toBe(expected);
  });

  const name = fc
    .tuple(
      fc.constantFrom('n', 'node', 'a-', ''),
      fc.constantFrom('0', '1', '2', '3', '8', '9', '10', '11', '99', '100', '01', '08', '09', '010', '099'),
      fc.constantFrom('', '.x', '-1', '-2', '.example.com'),
    )
    .map((parts) => parts.join(''));

  it('names exactly the hosts it was given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
        expect([...unfold(foldHosts(names))].sort()).toEqual([...names].sort());
      }),
    );
  });

  it('does not depend on the order it was given', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(11), (names, shift) => {
        expect(foldHosts([...names.slice(shift), ...names.slice(0, shift)])).toBe(foldHosts(names));
      }),
    );
  });
});

describe('compareNames', () => {
  it('orders numbers as people count', () => {
    expect(['n10', 'n9', 'n1', 'a'].sort(compareNames)).toEqual(['a', 'n1', 'n9', 'n10']);
  });
});

function unfold(text: string): readonly string[] {
  return (text.match(/(?:\[[^\]]*\]|[^,[\]])+/g) ?? []).flatMap((part) => {
    const [, head = '', list, tail = ''] = /^([^[]*)\[([^\]]*)\](.*)$/.exec(part) ?? [];
    if (list === undefined) return [part];
    return list.split(',').flatMap((range) => {
      const [from = '', to = from] = range.split('-');
      const width = from.startsWith('0') ? from.length : 0;
      return Array.from(
        { length: Number(to) - Number(from) + 1 },
        (_, i) => head + String(Number(from) + i).padStart(width, '0') + tail,
      );
    });
  });
}
