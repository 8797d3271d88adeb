import { expect, it } from 'vitest';
import { parseInventory } from '../../src/inventory/parse-inventory.ts';
import { namedSecrets, secretTexts } from '../../src/inventory/secret-texts.ts';

const text = `
all:
  vars:
    ansible_password: of-all
    bgp: {peers: [{name: r1, password: deep-down}]}
    api_token: {here: [in-a-list, {and: in-a-map}]}
    vault_password: '{{ lookup }}'
    short_password: abc
    password_file: /not/secret
    passwords: 7
  hosts:
    n1: {become_pass: of-n1, comment: shown}
`;

it('what is called a secret is one, at any depth, with all that is below it; references and short words are none', () => {
  const parsed = parseInventory(text, 'a.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  expect([...namedSecrets(parsed.value)].sort()).toEqual(['deep-down', 'in-a-list', 'in-a-map', 'of-all', 'of-n1']);
  expect(secretTexts(parsed.value)).toEqual([]);
  expect(secretTexts({ ...parsed.value, secretFiles: new Set(['a.yaml']) })).toEqual(
    expect.arrayContaining(['of-all', '/not/secret', 'shown', 'in-a-map']),
  );
});
