import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets } from '../../src/inventory/mask-secrets.ts';
import { yaml as lines } from './printed.ts';

describe('A source that is shown', () => {
  it.each<[string, string, string]>([
    [
      'a block',
      'ansible_become_password: |\n  one\n\n   two\nnext: 1\n',
      'ansible_become_password: |\n  ***\n\n   ***\nnext: 1\n',
    ],
    [
      'a folded text under a key',
      'a:\n  api_token:\n    abc\n    def\n  b: 1\n',
      'a:\n  api_token:\n    ***\n    ***\n  b: 1\n',
    ],
    ['quotes over lines', 'password: "a\n  b\\" c" # note\nx: 1\n', 'password: **\n  ****** # note\nx: 1\n'],
    ['a text in single quotes', "client_secret: 'it''s' # note\n", 'client_secret: ******* # note\n'],
    [
      'an item of a list of mappings',
      '- user: a\n  passwd: b\n- passwd: |\n    c\n',
      '- user: a\n  passwd: *\n- passwd: |\n    *\n',
    ],
    ['JSON', '{"vault_password":"a,b","x":1}\n', '{"vault_password":*****,"x":1}\n'],
    [
      'a line of a host',
      "n1 ansible_password=a ansible_user=b become_pass='c d'x e=f\n",
      'n1 ansible_password=* ansible_user=b become_pass=****** e=f\n',
    ],
    [
      'a line of variables',
      '[web:vars]\nansible_password = a b # c\nx=1\n',
      '[web:vars]\nansible_password = *******\nx=1\n',
    ],
    [
      'an encrypted value',
      'my_secret: !vault |\n  $ANSIBLE;1\n  62\nx: 1\n',
      'my_secret: !vault |\n  **********\n  **\nx: 1\n',
    ],
  ])('hides %s', (_, text, expected) => {
    expect(maskSecrets(text)).toBe(expected);
  });

  it('keeps references, other names, and every line and column', () => {
    const text = lines`
      ansible_password: "{{ vault_password }}"
      password_file: /etc/x
      compassion: yes
      pass_through: 1
    `;
    expect(maskSecrets(text)).toBe(text);
  });

  it('keeps its shape, whatever it is', () => {
    const piece = fc.constantFrom(
      'password',
      ': ',
      '=',
      '|',
      '\n',
      '  ',
      '"',
      "'",
      'x',
      '{',
      '}',
      ',',
      '{{ ',
      '\\',
      '- ',
      '#',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
        (text) => {
          const masked = maskSecrets(text);
          expect(masked.replaceAll(/[^\n]/g, '.')).toBe(text.replaceAll(/[^\n]/g, '.'));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
