import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needTool } from './backends/run-tool.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const pages = readdirSync(join(root, 'docs'))
  .filter((name) => name.endsWith('.md') && name !== 'index.md')
  .map((name) => name.replace(/\.md$/, ''));
const types: { readonly [extension: string]: string } = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

let site: string;
let server: Server;
let address: string;
let browser: Browser;

beforeAll(async () => {
  needTool('/usr/bin/chromium', 'chromium');
  site = mkdtempSync(join(tmpdir(), 'mlbroute-site-'));
  // Dead links between pages end the build.
  execFileSync('npx', ['vitepress', 'build', 'docs', '--outDir', site], { cwd: root, stdio: 'pipe' });
  server = createServer(({ url = '/' }, response) => {
    const path = join(site, new URL(url, 'http://localhost').pathname);
    const file = [join(path, 'index.html'), `${path}.html`, path].find(
      (each) => existsSync(each) && statSync(each).isFile(),
    );
    if (file === undefined) response.writeHead(404).end();
    else
      response
        .writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const listening = server.address();
  if (listening === null || typeof listening === 'string') throw new Error('no port');
  address = `http://127.0.0.1:${listening.port}`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, 120_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(site, { recursive: true, force: true });
});

/** Opens a page of the site; the test fails where it complains or asks anybody else. */
async function withPage(
  path: string,
  colorScheme: 'light' | 'dark',
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({ colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(`${address}${path}`, { waitUntil: 'networkidle' });
  await work(page);
  expect(complaints).toEqual([]);
  await page.close();
}

describe('the site of the documentation', () => {
  it('has every page, and each in the list beside them', async () => {
    await withPage('/quick-start', 'light', async (page) => {
      const listed = await page
        .locator('.VPSidebar a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      expect(listed.map((href) => href?.replace(/^\/|\.html$/g, '')).sort()).toEqual([...pages].sort());
    });
    for (const name of pages) expect(existsSync(join(site, `${name}.html`)), name).toBe(true);
  });

  it('keeps what is in braces, and brings the files that pages link to', async () => {
    await withPage('/inventory', 'light', async (page) => {
      expect(await page.locator('main').textContent()).toContain('{{ uplink }}');
    });
    await withPage('/four-cases', 'light', async (page) => {
      const links = await page
        .locator('main a[href$=".yaml"]')
        .evaluateAll((all) => all.map((link) => String(link.getAttribute('href'))));
      expect(links).toHaveLength(4);
      for (const link of links) expect((await page.request.get(new URL(link, address).href)).status(), link).toBe(200);
    });
  });

  it('has the changelog as a page', () =>
    withPage('/changelog', 'light', async (page) => {
      expect(await page.locator('main').textContent()).toContain('Keep a Changelog');
    }));

  it('has pictures that can be read on a phone, and scroll by themselves', () =>
    withPage('/four-cases', 'light', async (page) => {
      await page.setViewportSize({ width: 390, height: 844 });
      const widths = await page.locator('main p > img').evaluateAll((all) => all.map((image) => image.clientWidth));
      expect(widths).toEqual([640, 640, 640, 640]);
      const { scrollWidth, clientWidth } = await page
        .locator('html')
        .evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
      expect(scrollWidth).toBe(clientWidth);
    }));

  it('finds a page by its words', () =>
    withPage('/', 'light', async (page) => {
      await page.locator('.VPNavBarSearch button').first().click();
      await page.locator('#localsearch-input').fill('rp_filter strict-mark');
      await page.locator('.VPLocalSearchBox .result').first().waitFor();
      expect(await page.locator('.VPLocalSearchBox .results').textContent()).toContain('rp_filter');
    }));

  it.each(['light', 'dark'] as const)('shuts nobody out: %s', (colorScheme) =>
    withPage('/datapath', colorScheme, async (page) => {
      await page.evaluate(axe.source);
      const found = await page.evaluate('axe.run(document.querySelector("main"))');
      const { violations } = found as { violations: readonly { readonly id: string; readonly impact: string }[] };
      expect(
        violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id),
      ).toEqual([]);
    }),
  );
});
