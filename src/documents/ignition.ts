import { packed, scriptPath } from './packed-script.ts';

/** Not `mlbroute-…`: units of that name are mlbroute's own, and the script is not theirs to take away. */
const unitName = 'routing-by-mlbroute.service';

/** An Ignition config (version 3.0.0, which every Ignition 2 reads) with a host's own program, and a unit that runs it until it has succeeded once. */
export function ignition(script: string): string {
  const config = {
    ignition: { version: '3.0.0' },
    storage: {
      files: [
        {
          path: scriptPath,
          mode: 0o700,
          overwrite: true,
          contents: { source: `data:;base64,${packed(script)}`, compression: 'gzip' },
        },
      ],
    },
    systemd: { units: [{ name: unitName, enabled: true, contents: unit }] },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

const unit = `[Unit]
Description=Bring the routing for the L2 mode of MetalLB, once
ConditionPathExists=!/var/lib/mlbroute/manifest.json
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh ${scriptPath}

[Install]
WantedBy=multi-user.target
`;
