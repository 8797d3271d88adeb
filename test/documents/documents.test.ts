import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cloudInit } from '../../src/documents/cloud-init.ts';
import { ignition } from '../../src/documents/ignition.ts';

/** What YAML, Jinja and URLs each take for more than text. */
const script = "#!/bin/sh\n# it's: {{ ours }} %20 é\nprintf '%s\\n' \"$1\"\n";

describe('user data for cloud-init', () => {
  it('writes the program for root alone, byte by byte, and runs it', () => {
    const text = cloudInit(script);
    expect(text.split('\n', 1)).toEqual(['#cloud-config']);
    const { write_files: files, runcmd } = parse(text);
    expect(files).toMatchObject([{ path: '/opt/mlbroute/host.sh', permissions: '0700', encoding: 'gz+b64' }]);
    expect(gunzipSync(Buffer.from(files[0].content, 'base64')).toString()).toBe(script);
    expect(runcmd).toEqual([['sh', files[0].path]]);
  });
});

describe('an Ignition config', () => {
  it('writes the program for root alone, byte by byte, and runs it until there is a record', async () => {
    const { ignition: head, storage, systemd } = JSON.parse(ignition(script));
    expect(head).toEqual({ version: '3.0.0' });
    const [file] = storage.files;
    expect(file).toMatchObject({ path: '/opt/mlbroute/host.sh', mode: 0o700 });
    // Node's own reader of data URLs is the oracle.
    expect(file.contents.compression).toBe('gzip');
    expect(gunzipSync(await (await fetch(file.contents.source)).arrayBuffer()).toString()).toBe(script);
    const [unit] = systemd.units;
    expect(unit).toMatchObject({ enabled: true });
    expect(unit.contents).toContain('ConditionPathExists=!/var/lib/mlbroute/manifest.json');
    expect(unit.contents).toContain(`ExecStart=/bin/sh ${file.path}\n`);
    // An audit takes units of that name for mlbroute's own.
    expect(unit.name).not.toMatch(/^mlbroute-/);
  });
});
