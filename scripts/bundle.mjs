// Puts the program with its dependencies into few files: reading hundreds of modules is most of what a start takes. dist/cli.js only leads there.
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
for (const old of ['dist/bundle', 'dist/cli.js.map']) rmSync(file(old), { recursive: true, force: true });
await build({
  entryPoints: [file('src/cli.ts')],
  // As deep as the modules that look for files of the package beside themselves.
  outdir: file('dist/bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // It brings machine code of its own where it could be built.
  external: ['ssh2'],
  // What dependencies in CommonJS need.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
writeFileSync(
  file('dist/cli.js'),
  `#!/usr/bin/env node
import module from 'node:module';
import { join } from 'node:path';
const { HOME, XDG_CACHE_HOME = HOME && join(HOME, '.cache') } = process.env;
// From Node.js 22 on: compiled code is kept for the next start. Not where Node would keep it by itself: that folder below /tmp could be another user's.
if (XDG_CACHE_HOME) module.enableCompileCache?.(join(XDG_CACHE_HOME, 'mlbroute'));
await import('./bundle/cli.js');
`,
);
chmodSync(file('dist/cli.js'), 0o755);
