import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const read = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

it('the recipe of an image takes no registry for granted, a Node.js that will do, and all that the package is made of', async () => {
  const recipe = await read('Containerfile');
  const { engines, files, scripts } = JSON.parse(await read('package.json'));
  const bases = Array.from(recipe.matchAll(/^FROM (\S+)/gm), ([, base = '']) => base);
  expect(bases).toHaveLength(2);
  // A host has a dot or a port before the first slash.
  expect(bases.filter((base) => base.includes('/'))).toEqual([]);
  const least = Number(/>=(\d+)/.exec(engines.node)?.[1]);
  for (const base of bases) expect(Number(/^node:(\d+)-/.exec(base)?.[1])).toBeGreaterThanOrEqual(least);
  for (const [, script = ''] of recipe.matchAll(/npm run (\S+)/g)) expect(Object.keys(scripts)).toContain(script);
  const left = (await read('.containerignore')).trim().split('\n');
  // What the build makes anew.
  const made = ['dist', 'man'];
  expect(files.filter((name: string) => left.includes(name) && !made.includes(name))).toEqual([]);
});
