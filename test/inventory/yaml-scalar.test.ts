import { describe, expect, it } from 'vitest';
import { readPlainScalar } from '../../src/inventory/yaml-scalar.ts';

describe('An unquoted YAML word means what it means to Ansible', () => {
  // What PyYAML 6.0 makes of each, and with it every version of Ansible.
  it.each<[string, unknown]>([
    ['e1', 'e1'],
    ['E2', 'E2'],
    ['.e1', '.e1'],
    ['y', 'y'],
    ['n', 'n'],
    ['yes', true],
    ['on', true],
    ['True', true],
    ['off', false],
    ['NO', false],
    ['yEs', 'yEs'],
    ['0644', 420],
    ['010', 8],
    ['08', '08'],
    ['0', 0],
    ['-0', 0],
    ['0o10', '0o10'],
    ['0x1F', 31],
    ['0x', '0x'],
    ['0b101', 5],
    ['-0x10', -16],
    ['+12', 12],
    ['1e3', '1e3'],
    ['1.0e3', '1.0e3'],
    ['1.5e+3', 1500],
    ['1.', 1],
    ['.5', 0.5],
    ['-1.5', -1.5],
    ['1_000', 1000],
    ['1_000.5', 1000.5],
    ['1:30', 90],
    ['1:30.5', 90.5],
    ['-1:30', -90],
    ['1:60', '1:60'],
    ['52:54:00:12:34:56', 41135085296],
    ['00:11:22:33:44:55', '00:11:22:33:44:55'],
    ['2020-01-01', '2020-01-01'],
    ['1.2.3.4', '1.2.3.4'],
    ['1.2.3.0/24', '1.2.3.0/24'],
    ['~', null],
    ['null', null],
    ['NULL', null],
    ['nULL', 'nULL'],
    ['', null],
  ])('reads %s as %j', (text, value) => {
    expect(readPlainScalar(text).value).toBe(value);
  });

  it.each<[string, string | null]>([
    ['52:54:00:12:34:56', 'mac'],
    ['1:30', 'base-60'],
    ['0644', 'octal'],
    ['9007199254740993', 'too-large'],
    ['-.inf', 'not-finite'],
    ['.NaN', 'not-finite'],
    ['0', null],
    ['42', null],
    ['yes', null],
  ])('says that %s may be a %s', (text, surprise) => {
    expect(readPlainScalar(text).surprise).toBe(surprise);
  });
});
