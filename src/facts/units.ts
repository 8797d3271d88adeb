import type { ObservedUnit } from '../domain/unit-setting.ts';

/** States of unit files that have no links of their own to make or to take away: systemctl(1), is-enabled. */
const settled = new Set(['static', 'generated', 'transient', 'indirect']);

/** Parses the blocks of `systemctl show -p Names,LoadState,ActiveState,UnitFileState`: one of each unit, under each of its names. */
export function parseUnits(text: string): readonly ObservedUnit[] {
  return text.split(/\n\s*\n/).flatMap((block) => {
    const values = new Map(
      block.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
    );
    const names = (values.get('Names') ?? '').split(' ').filter((name) => name !== '');
    const [load, active, file = ''] = ['LoadState', 'ActiveState', 'UnitFileState'].map((key) => values.get(key) ?? '');
    return names.map((unit) => ({
      unit,
      isThere: load !== 'not-found',
      isActive: active === 'active' || active === 'activating' || active === 'reloading',
      atBoot:
        load === 'masked'
          ? 'masked'
          : settled.has(file)
            ? 'always'
            : file.startsWith('enabled') || file === 'alias'
              ? 'enabled'
              : 'disabled',
    }));
  });
}
