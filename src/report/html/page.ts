import { createHash } from 'node:crypto';
import { formatShard } from '../../domain/shard.ts';
import { count } from '../count.ts';
import { formatDuration } from '../duration.ts';
import { printable } from '../printable.ts';
import { type EndpointReport, isHostBad, type RunReport, stateOf } from '../run-report.ts';
import { codesOf } from './checks.ts';
import { groupDetails } from './details.ts';
import { groupHosts } from './host-group.ts';
import { html, type Markup, trusted } from './markup.ts';
import { fleetMatrix } from './matrix.ts';
import { arrowheads, pictureDrawer } from './picture.ts';
import { script } from './script.ts';
import { style } from './style.ts';

/** A run as one HTML file that needs no network and no server: who fares how, and folded below all about it, equal hosts once. */
export function formatHtml(report: RunReport): string {
  const { command, hosts, elapsedMs, startedAt, mlbroute, shard } = report;
  const groups = groupHosts(hosts);
  const draw = pictureDrawer();
  const states = countStates(report);
  const codes = [...new Set(hosts.flatMap(codesOf))].sort();
  const title = `mlbroute ${command}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${trusted(style)}</style></head><body>
<header><h1>${title}</h1><p>${count(hosts.length, 'host')} in ${formatDuration(elapsedMs)}${states.map(({ state, size }) => `, ${size} ${state}`).join('')}</p>
<p class="dim">begun ${startedAt}, mlbroute ${mlbroute}${shard === null ? '' : `, shard ${formatShard(shard)}`}</p>${missingShards(report)}</header>
<main><form role="search"><label>Host, by part of its name<input id="search" type="search" autocomplete="off" aria-keyshortcuts="/"></label>
<label>State<select id="state">${choices(states.map(({ state }) => state))}</select></label><label>Code<select id="code">${choices(codes)}</select></label><output id="shown">${count(hosts.length, 'host')}</output></form>
<h2>Fleet</h2>${fleetMatrix(groups)}
${fromHere(report.fromHere)}
<h2>Details</h2><p class="dim">In pictures of ways, requests are drawn through and replies dashed: green as described, amber where something is due or was undone, red in trouble.</p>
${groups.map((group, index) => groupDetails(group, draw, { isOpen: index < mostOpen && isHostBad(group.members[0]) }))}</main>
${arrowheads}<script>${trusted(script)}</script></body></html>
`.markup;
}

/** Of those in trouble, the worst first. */
const mostOpen = 3;

// Nothing but this page's own style and script: what hosts say cannot become either.
const policy = `default-src 'none'; style-src 'sha256-${sum(style)}'; script-src 'sha256-${sum(script)}'`;

function missingShards({ missing }: RunReport): readonly Markup[] {
  if (missing.length === 0) return [];
  return [
    html`<p class="bad">There is no report of shard ${missing.map(formatShard).join(', ')}: nobody knows how its hosts fare.</p>`,
  ];
}

function countStates({ hosts }: RunReport): readonly { readonly state: string; readonly size: number }[] {
  const sizes = new Map<string, number>();
  for (const host of hosts) sizes.set(stateOf(host), (sizes.get(stateOf(host)) ?? 0) + 1);
  return [...sizes].map(([state, size]) => ({ state, size }));
}

function choices(words: readonly string[]): readonly Markup[] {
  return [html`<option value="">all</option>`, ...words.map((word) => html`<option>${word}</option>`)];
}

function fromHere(answers: readonly EndpointReport[]): readonly Markup[] {
  if (answers.length === 0) return [];
  const items = answers.map(({ endpoint, trouble }) =>
    trouble === null
      ? html`<li>${printable(endpoint)}: <span class="good">answers</span></li>`
      : html`<li>${printable(endpoint)}: <span class="bad">${printable(trouble)}</span></li>`,
  );
  return [html`<h2>From here</h2><ul>${items}</ul>`];
}

function sum(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
