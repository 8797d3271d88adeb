import { packed, scriptPath } from './packed-script.ts';

/** User data for cloud-init that brings a host's own program and runs it once, at the end of the first boot. JSON, which YAML contains. */
export function cloudInit(script: string): string {
  const config = {
    write_files: [
      {
        path: scriptPath,
        owner: 'root:root',
        permissions: '0700',
        // No text of ours can be taken for YAML, or for a template, this way.
        encoding: 'gz+b64',
        content: packed(script),
      },
    ],
    runcmd: [['sh', scriptPath]],
  };
  return `#cloud-config\n${JSON.stringify(config, null, 2)}\n`;
}
