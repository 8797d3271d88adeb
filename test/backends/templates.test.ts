import { describe, expect, it } from 'vitest';
import { parseTemplates, templateNames } from '../../src/backends/templates.ts';
import { formatDiagnostic } from '../../src/domain/diagnostic.ts';

const complete = templateNames.map((name) => ({ name, file: name, text: '' }));
const file = 'mine/vlan.netdev.hbs';

function printed(name: string, text: string): readonly string[] {
  const result = parseTemplates(complete, [{ name, file, text }]);
  return result.ok ? [] : result.error.map((diagnostic) => formatDiagnostic(diagnostic, () => text));
}

describe('a template', () => {
  const netdev = 'networkd/vlan.netdev.hbs';
  const network = 'networkd/vlan.network.hbs';
  const cases: [string, string, string, readonly string[]][] = [
    [
      'with values, lists and conditions of its view is taken',
      network,
      '{{name}}{{#each rules}}{{#if to}}To={{to}}{{else}}{{../name}}{{/if}}{{/each}}',
      [],
    ],
    [
      'with a misspelt value',
      netdev,
      'Name={{nam}}',
      [
        `${file}:1:8: error[template-path]: the view has no nam\n      Name={{nam}}\n             ^ hint: there is name, id, mtu`,
      ],
    ],
    [
      'with a misspelt list, which Handlebars would print as nothing',
      network,
      '{{#each route}}x{{/each}}',
      [
        `${file}:1:9: error[template-path]: the view has no route\n      {{#each route}}x{{/each}}\n              ^ hint: there is name, linkLocal, addresses, neighbors, routes, rules`,
      ],
    ],
    [
      'with a misspelt condition',
      netdev,
      '{{#if mtus}}x{{/if}}',
      [
        `${file}:1:7: error[template-path]: the view has no mtus\n      {{#if mtus}}x{{/if}}\n            ^ hint: there is name, id, mtu`,
      ],
    ],
    [
      'that uses a value of the view inside a list',
      network,
      '{{#each rules}}{{name}}{{/each}}',
      [expect.stringContaining('the view has no name')],
    ],
    ['that climbs out of the view', netdev, '{{../name}}', [expect.stringContaining('the view has no ../name')]],
    ['that prints a list', network, '{{rules}}', [expect.stringContaining('rules is no single value')]],
    ['that goes through a value', netdev, '{{#each name}}x{{/each}}', [expect.stringContaining('name is no list')]],
    [
      'with a helper nobody knows',
      netdev,
      '{{upper name}}',
      [expect.stringContaining('only {{value}}, {{#each list}} and {{#if value}} are known here')],
    ],
    ['with a partial', netdev, '{{> other}}', [expect.stringContaining('error[template-syntax]')]],
    [
      'with a prototype property',
      netdev,
      '{{name.constructor}}',
      [expect.stringContaining('the view has no name.constructor')],
    ],
    ['that does not end', netdev, 'a\n{{#if mtu}}\nb', [expect.stringMatching(/:3:1: error\[template-syntax\]/)]],
    [
      'that ends with something else',
      netdev,
      'a\n{{#if mtu}}\n{{/each}}',
      [expect.stringMatching(/:2:1: error\[template-syntax\]: if doesn't match each/)],
    ],
    [
      'with a Jinja filter',
      netdev,
      "{{ name | default('a') }}",
      [expect.stringContaining('hint: filters are Jinja2, not Handlebars')],
    ],
    [
      'with two faults has both told',
      netdev,
      '{{a}}{{b}}',
      [expect.stringContaining('no a'), expect.stringContaining('no b')],
    ],
  ];
  it.each(cases)('%s', (_title, name, text, expected) => {
    expect(printed(name, text)).toEqual(expected);
  });

  it('that nothing prints is an error naming those there are', () => {
    expect(printed('networkd/vlan.netdevs.hbs', '')).toEqual([
      expect.stringMatching(
        /nothing prints networkd\/vlan\.netdevs\.hbs[\s\S]*hint: templates are .*networkd\/vlan\.netdev\.hbs/,
      ),
    ]);
  });

  it('that is missing is an error', () => {
    const result = parseTemplates(complete.slice(1), []);
    expect(result).toMatchObject({ ok: false, error: [{ code: 'template-missing' }] });
  });

  it('prints text as it is, never escaped for HTML', () => {
    const result = parseTemplates(complete, [{ name: netdev, file, text: '{{name}}' }]);
    expect(result.ok && result.value[netdev]?.({ name: `a='<&"`, id: 1, mtu: null })).toBe(`a='<&"`);
  });
});
