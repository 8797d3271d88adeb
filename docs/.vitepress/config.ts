import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What pages link to beside each other; it comes along as it is. */
const beside = ['inventories', 'playbooks', 'CHANGELOG.md'];

/** Pages by what a reader is at. */
const sidebar = [
  {
    text: 'Start',
    items: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'The four cases', link: '/four-cases' },
      { text: 'Coming from the blog post', link: '/coming-from-the-blog-post' },
      { text: 'Coming from Ansible', link: '/coming-from-ansible' },
      { text: 'New nodes: bootstrap', link: '/bootstrap' },
    ],
  },
  {
    text: 'Describe',
    items: [
      { text: 'The inventory', link: '/inventory' },
      { text: 'Playbooks and tasks', link: '/playbook' },
      { text: 'Commands', link: '/commands' },
      { text: 'Recipes', link: '/recipes' },
      { text: 'From a cluster', link: '/import' },
      { text: 'SSH', link: '/ssh' },
    ],
  },
  {
    text: 'Push',
    items: [
      { text: 'Preflight', link: '/preflight' },
      { text: 'Batches and saved plans', link: '/rollout' },
      { text: 'Several controllers', link: '/shards' },
      { text: 'Nodes one cannot push to', link: '/render-as' },
    ],
  },
  {
    text: 'Know',
    items: [
      { text: 'Audit and verify', link: '/audit' },
      { text: 'Reports', link: '/reports' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
    ],
  },
  {
    text: 'Understand',
    items: [
      { text: 'The datapath', link: '/datapath' },
      { text: 'Backends', link: '/backends' },
      { text: 'Safety', link: '/safety' },
      { text: 'Performance', link: '/performance' },
      { text: 'From programs', link: '/library' },
      { text: 'Architecture', link: '/architecture' },
      { text: 'Changelog', link: '/changelog' },
    ],
  },
];

/** On a phone a picture would have letters nobody can read: there it is as wide as it must be, and scrolls. */
const widePictures =
  '@media (max-width: 640px) { .vp-doc p:has(> img) { overflow-x: auto } .vp-doc p > img { width: 640px; max-width: none } }';

/** What one looks for first, whatever the page. */
const nav = [
  { text: 'Quick start', link: '/quick-start' },
  { text: 'Inventory', link: '/inventory' },
  { text: 'Commands', link: '/commands' },
  { text: 'Troubleshooting', link: '/troubleshooting' },
  { text: 'Changelog', link: '/changelog' },
];

export default defineConfig({
  title: 'mlbroute',
  description: 'The routing that the L2 mode of MetalLB needs, pushed to Kubernetes nodes over SSH',
  lang: 'en',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/favicon.svg' }],
    ['style', {}, widePictures],
  ],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (md) => {
      const { normalizeLink } = md;
      // Vue would take our {{ }} for its own.
      md.renderer.rules.code_inline = (tokens, index) =>
        `<code v-pre>${md.utils.escapeHtml(tokens[index]?.content ?? '')}</code>`;
      md.normalizeLink = (url) => normalizeLink(url.startsWith('../') ? url.slice(2) : url);
    },
  },
  ignoreDeadLinks: [(url) => beside.some((name) => url.startsWith(`/${name}`))],
  themeConfig: {
    nav,
    sidebar,
    outline: 'deep',
    search: { provider: 'local' },
  },
  buildEnd: ({ outDir }) => {
    for (const name of beside) cpSync(join(root, name), join(outDir, name), { recursive: true });
  },
});
