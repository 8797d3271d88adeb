import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseManagedFiles } from '../../src/facts/managed-files.ts';

/** A line as `stat -c '%F|%a|%U|%G|%Y|%s|%u|%g|%N'` prints it. */
function line(name: string, size: number, type = 'regular file', mode = '644') {
  return `${type}|${mode}|root|root|1700000000|${size}|0|0|'/etc/mlbroute/${name}'`;
}

const changed = 'a managed file changed while it was read';

describe('parseManagedFiles', () => {
  it('reads none', () => {
    expect(parseManagedFiles('', '')).toEqual({ ok: true, value: [] });
  });

  it('reads mode, owner and time, a file without a last line feed, an empty one, and links between them', () => {
    const list = [
      "regular file|4755|admin|staff|1700000001|3|0|7|'/etc/mlbroute/a'",
      "symbolic link|777|root|root|1|9|0|7|'/etc/systemd/system/multi-user.target.wants/mlbroute.service' -> '../x y.service'",
      "regular empty file|0|root|root|1|0|0|7|'/etc/mlbroute/b'",
      "regular file|600|root|UNKNOWN|1|4|0|7|'/etc/mlbroute/c|d e'",
    ].join('\n');
    expect(parseManagedFiles(list, 'a\nbcd\n\n')).toEqual({
      ok: true,
      value: [
        {
          kind: 'file',
          path: '/etc/mlbroute/a',
          mode: '4755',
          owner: 'admin',
          group: 'staff',
          modifiedAt: 1700000001,
          content: 'a\nb',
        },
        {
          kind: 'symlink',
          path: '/etc/systemd/system/multi-user.target.wants/mlbroute.service',
          target: '../x y.service',
        },
        {
          kind: 'file',
          path: '/etc/mlbroute/b',
          mode: '0000',
          owner: 'root',
          group: 'root',
          modifiedAt: 1,
          content: '',
        },
        {
          kind: 'file',
          path: '/etc/mlbroute/c|d e',
          mode: '0600',
          owner: 'root',
          group: '7',
          modifiedAt: 1,
          content: 'cd\n\n',
        },
      ],
    });
  });

  it('cuts any contents where the sizes in bytes say', () => {
    const content = fc
      .string({
        unit: fc.oneof(fc.constantFrom(...'a\n\r\t\0\u0001"é€😀\ufeff'), fc.string({ unit: 'grapheme', maxLength: 1 })),
      })
      .filter((text) => !text.includes('\ufffd'));
    fc.assert(
      fc.property(fc.array(content, { maxLength: 6 }), (contents) => {
        const list = contents.map((text, i) => line(`f${i}`, Buffer.byteLength(text))).join('\n');
        const files = parseManagedFiles(list, contents.join(''));
        expect(files.ok && files.value.map((file) => (file.kind === 'file' ? file.content : null))).toEqual(contents);
      }),
    );
  });

  it.each([
    ['grew', 'abcd'],
    ['shrank', 'ab'],
    ['grew by just a line feed', 'abc\n'],
  ])('notices that the last file %s between the two reads', (_, contents) => {
    expect(parseManagedFiles(line('a', 3), contents)).toEqual({ ok: false, error: changed });
  });

  it('notices that the first of two files grew by a line feed, and gives neither a wrong content', () => {
    const list = [line('a', 2), line('b', 2)].join('\n');
    expect(parseManagedFiles(list, 'a\n\nb\n')).toEqual({ ok: false, error: changed });
  });

  it.each([
    ['one wrong byte', Buffer.from([0x61, 0xff, 0x0a])],
    ['Latin-1', Buffer.from('# für alle\n', 'latin1')],
    // Decoded it has the same size as before, so that only its character gives it away.
    ['a character cut off after three of its four bytes', Buffer.from([0xf0, 0x9f, 0x98, 0x0a])],
  ])('names the file that has %s, whatever comes after it', (_, bytes) => {
    const list = [line('good', 3), line('bad', bytes.length), line('later', 2)].join('\n');
    expect(parseManagedFiles(list, `é\n${bytes.toString('utf8')}x\n`)).toEqual({
      ok: false,
      error: '/etc/mlbroute/bad is not UTF-8 text: repair or remove it on the host',
    });
  });

  it.each([
    `"/etc/mlbroute/it's"`,
    `'/etc/mlbroute/'$'\\303\\251'`,
    `'/etc/mlbroute/a'$'\\n''b'`,
    `'/etc/mlbroute/a' -> "it's"`,
  ])('refuses the name %s rather than take it for another', (name) => {
    expect(parseManagedFiles(`regular file|644|root|root|1|0|0|7|${name}`, '')).toEqual({
      ok: false,
      error: `the name of a managed file has characters that mlbroute does not handle: ${name}`,
    });
  });
});
