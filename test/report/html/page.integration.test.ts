import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatHtml } from '../../../src/report/html/page.ts';
import type { RunReport } from '../../../src/report/run-report.ts';
import { needTool } from '../../backends/run-tool.ts';
import { everyHost, sampleHost, sampleReport } from '../sample-report.ts';
import { auditedFleet, oneHost, pushedFleet } from './sample-fleet.ts';

let folder: string;
let browser: Browser;
beforeAll(async () => {
  needTool('/usr/bin/chromium', 'chromium');
  folder = mkdtempSync(join(tmpdir(), 'mlbroute-page-'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

/** Opens a report from disk; the test fails where the page complains or asks for anything but itself. */
async function withPage(
  report: RunReport,
  work: (page: Page) => Promise<void>,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<void> {
  const file = join(folder, 'report.html');
  writeFileSync(file, formatHtml(report));
  const page = await browser.newPage({ colorScheme });
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  const url = pathToFileURL(file).href;
  await page.goto(url);
  await work(page);
  expect(complaints).toEqual([]);
  expect(new Set(asked.map((each) => each.split('#')[0]))).toEqual(new Set([url]));
  await page.close();
}

const visibleHosts = (page: Page) => page.locator('tbody tr:visible th').allInnerTexts();
const openAll = (page: Page) =>
  page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');

describe('the page of a report', () => {
  it('has a row per host, worst first, and a column per thing that was looked at', () =>
    withPage(pushedFleet(24), async (page) => {
      expect(await page.locator('header p').first().textContent()).toBe(
        '24 hosts in 9.9 s, 18 changed, 3 unchanged, 1 unreachable, 1 reverted, 1 stranded',
      );
      expect((await visibleHosts(page)).slice(0, 5)).toEqual(['node022', 'node012', 'node007', 'node001', 'node002']);
      expect(await page.locator('thead th').allInnerTexts()).toEqual([
        'Host',
        'State',
        'Files',
        'Kernel',
        'In the way',
        'Warnings',
      ]);
      expect(await page.locator('tbody tr').nth(1).locator('td').allInnerTexts()).toEqual([
        'reverted',
        '1',
        '2',
        '✓',
        '✓',
      ]);
    }));

  it('shows findings, ways, diffs and commands of a host that is opened by its link, with the keyboard alone', () =>
    withPage(oneHost, async (page) => {
      const details = page.locator('details');
      await details.locator('summary').click();
      expect(await details.getByText('Findings', { exact: true }).isVisible()).toBe(false);
      // Link by link from the top, as people do who have no mouse.
      await page.locator('tbody a').focus();
      await page.keyboard.press('Enter');
      await details.getByText('Findings', { exact: true }).waitFor();
      expect(await page.evaluate('document.activeElement.tagName')).toBe('SUMMARY');
      expect(await details.textContent()).toContain(
        'empty-table running table 7100: is empty, and rule 2011 leads there',
      );
      expect(await details.textContent()).toContain('remove the line <b>there</b>');
      expect(await details.locator('b').count()).toBe(0);
      expect(await details.locator('pre .bad').allInnerTexts()).toEqual(['-Table=100']);
      const drawn = (classes: string) => details.locator(`svg .${classes}`).count();
      expect(await drawn('stop')).toBe(14);
      expect(await details.locator('svg .stop.bad').allTextContents()).toEqual([
        '✗ table 7100mark 0x100/0x1f00',
        '✗ eth0.208VLAN 208',
      ]);
      // All legs of the replies of public and partner; of partner the request, too.
      expect([await drawn('way.reply.bad'), await drawn('way.request.bad')]).toEqual([10, 5]);
      await page.keyboard.press('Enter');
      expect(await details.getByText('Findings', { exact: true }).isVisible()).toBe(false);
    }));

  it('tells what a reboot would change, and counts it with what the next boot will not bring', () =>
    withPage(
      sampleReport([
        sampleHost('n1', {
          findings: [],
          atReboot: [{ sign: '-', words: 'rule 2011 fwmark 0x100/0x1f00 lookup 7100' }],
        }),
        sampleHost('n2', { findings: [], atReboot: [] }),
      ]),
      async (page) => {
        const column = (await page.locator('thead th').allInnerTexts()).indexOf('Next boot');
        const cells = await page.locator(`tbody tr td:nth-child(${column + 1})`).allInnerTexts();
        expect(cells.toSorted()).toEqual(['1', '✓']);
        expect(await page.locator('details').allTextContents()).toContainEqual(
          expect.stringContaining('What a reboot would change- rule 2011 fwmark 0x100/0x1f00 lookup 7100'),
        );
      },
    ));

  it('is filtered by host, state and code, in the table and below it', () =>
    withPage(pushedFleet(30), async (page) => {
      const shown = page.locator('#shown');
      await page.keyboard.press('/');
      await page.keyboard.type('NODE01');
      expect(await shown.textContent()).toBe('10 hosts');
      await page.locator('#state').selectOption('reverted');
      expect(await visibleHosts(page)).toEqual(['node012']);
      expect(await page.locator('details:visible').count()).toBe(1);
      await page.locator('#search').press('Escape');
      await page.locator('#state').selectOption('');
      await page.locator('#code').selectOption('connect');
      expect(await visibleHosts(page)).toEqual(['node007']);
      expect(await shown.textContent()).toBe('1 host');
      await page.locator('#code').selectOption('step');
      expect(await visibleHosts(page)).toEqual(['node022', 'node012']);
    }));

  it('opens the worst three in trouble from the start, with the reason in the line that stays, and no other', async () => {
    const openOnes = (page: Page) => page.locator('details[open] summary').allTextContents();
    await withPage(pushedFleet(24), async (page) =>
      expect(await openOnes(page)).toEqual([
        'node022 stranded: + rule 2011: no such luck',
        'node012 reverted: + rule 2011: RTNETLINK answers: File exists',
        expect.stringMatching(/^node007 unreachable: /),
      ]),
    );
    await withPage(auditedFleet(500), async (page) => expect(await openOnes(page)).toHaveLength(3));
    await withPage(oneHost, async (page) =>
      expect(await openOnes(page)).toEqual([expect.stringMatching(/: 3 findings$/)]),
    );
    await withPage(sampleReport([sampleHost('n1', { findings: [] })]), async (page) =>
      expect(await openOnes(page)).toEqual([]),
    );
  });

  it('is opened as a whole for printing, and as before after it', () =>
    withPage(pushedFleet(24), async (page) => {
      const open = () => page.locator('details[open]').count();
      await page.evaluate('dispatchEvent(new Event("beforeprint"))');
      expect(await open()).toBe(await page.locator('details').count());
      await page.evaluate('dispatchEvent(new Event("afterprint"))');
      expect(await open()).toBe(3);
    }));

  it('holds 500 hosts: those that are alike are told once, and those that are not stay small', () =>
    withPage(auditedFleet(500), async (page) => {
      expect(formatHtml(pushedFleet(500)).length).toBeLessThan(500 * 500);
      expect(formatHtml(auditedFleet(500)).length).toBeLessThan(500 * 10_000);
      await page.locator('#search').fill('node499');
      expect(await visibleHosts(page)).toEqual(['node499']);
      await page.locator('tbody tr:visible a').click();
      const opened = page.locator('details[open]:visible');
      await opened.locator('svg').waitFor();
      expect(await opened.locator('.stop').allTextContents()).toContain('✗ table 7598mark 0x100/0x1f00');
    }));

  it.each(['light', 'dark'] as const)('leaves nobody out, in %s colours: axe finds nothing serious', async (scheme) => {
    const reports = [
      oneHost,
      pushedFleet(24),
      sampleReport(everyHost, { fromHere: [{ endpoint: '1.2.3.4:80', trouble: 'no' }] }),
    ];
    for (const report of reports)
      await withPage(
        report,
        async (page) => {
          await openAll(page);
          await page.evaluate(axe.source);
          const violations = (await page.evaluate('axe.run().then(({ violations }) => violations)')) as readonly {
            readonly id: string;
            readonly impact: string;
            readonly nodes: readonly { readonly html: string }[];
          }[];
          const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
          expect(serious.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
        },
        scheme,
      );
  });
});
