import type { Finding } from '../../domain/change.ts';
import { count } from '../count.ts';
import { formatDuration } from '../duration.ts';
import { describeOutcome, inCommon } from '../outcome-text.ts';
import { printable } from '../printable.ts';
import { type HostReport, isHostBad, type PlanReport } from '../run-report.ts';
import { filterAttributes, type HostGroup, stateText } from './host-group.ts';
import { html, type Markup } from './markup.ts';
import type { Picture } from './ways.ts';
import { waysOf } from './ways.ts';

/** All about a group of hosts, folded unless it is open; in the line that stays, the first reason where they are in trouble. */
export function groupDetails(
  group: HostGroup,
  draw: (picture: Picture, label: string) => Markup,
  { isOpen }: { readonly isOpen: boolean },
): Markup {
  const { id, names, members } = group;
  const [first] = members;
  const { outcome, findings, atReboot = [], plan } = first;
  const said = outcome === null ? '' : describeOutcome(members.length === 1 ? outcome : inCommon(outcome));
  const attributes = filterAttributes(
    members.map(({ host }) => host),
    first,
  );
  const [reason = ''] = isHostBad(first) ? (outcome === null ? foundWords(first) : said).split('\n') : [];
  return html`<details id="${id}" ${attributes}${isOpen ? html` open` : ''}><summary><strong>${printable(names)}</strong> ${members.length === 1 ? '' : `(${count(members.length, 'host')}) `}${stateText(first)}${reason === '' ? '' : `: ${reason}`}</summary><div>
${said === '' || said === reason ? [] : html`<pre class="said" tabindex="0" aria-label="Outcome of ${names}">${said}</pre>`}
${outcome?.status === 'stranded' ? html`<p class="bad">Run on the host: <code>${printable(outcome.command)}</code></p><pre tabindex="0" aria-label="What was tried on ${names}">${printable(outcome.details)}</pre>` : []}
${section('Findings', (findings ?? []).map(findingItem))}
${section(
  'What a reboot would change',
  atReboot.map(({ sign, words }) => html`<li>${sign} ${printable(words)}</li>`),
)}
${topology(group, draw)}
${plan === null ? [] : planSections(plan, names)}
<h3>Times</h3><p>${times(members)}</p></div></details>
`;
}

function foundWords({ findings }: HostReport): string {
  return findings === null ? '' : count(findings.length, 'finding');
}

function section(title: string, items: readonly Markup[]): readonly Markup[] {
  return items.length === 0 ? [] : [html`<h3>${title}</h3><ul>${items}</ul>`];
}

function findingItem({ code, where, subject, message, hint }: Finding): Markup {
  return html`<li><code class="bad">${code}</code> <span class="dim">${where}</span> ${printable(subject)}: ${printable(message)}${hintText(hint)}</li>`;
}

function hintText(hint: string | null): readonly Markup[] {
  return hint === null ? [] : [html` <span class="dim">(${printable(hint)})</span>`];
}

function topology({ names, members }: HostGroup, draw: (picture: Picture, label: string) => Markup): readonly Markup[] {
  const [first] = members;
  const picture = waysOf(first, members.length === 1 ? first.host : count(members.length, 'node'));
  if (picture.ways.length === 0) return [];
  const title = (id: string) => picture.stops.find((stop) => stop.id === id)?.title ?? id;
  const words = { good: 'as described', due: 'something is due here, or was undone', bad: 'in trouble' };
  return [
    html`<h3>Ways</h3><div class="scroll" tabindex="0" role="region" aria-label="Ways of packets, ${names}">${draw(picture, `Ways of requests and replies, ${names}; in words below`)}</div>
<ul>${picture.ways.map(({ network, kind, stops, health }) => html`<li>${kind === 'request' ? 'Request to' : 'Reply from'} ${printable(network)}: ${stops.map(title).map(printable).join(' → ')}: <span class="${health}">${words[health]}</span></li>`)}</ul>`,
  ];
}

function planSections(
  { decisions, files, runtime, warnings, obstacles }: PlanReport,
  names: string,
): readonly Markup[] {
  return [
    ...section(
      'Why',
      decisions.map(
        ({ network, pools, returnPath, reason }) =>
          html`<li><strong>${printable(network)}</strong> ${pools.join(', ')}: return path ${returnPath}: ${printable(reason)}</li>`,
      ),
    ),
    ...section(
      'In the way',
      obstacles.map(
        ({ code, message, hint }) =>
          html`<li><code class="bad">${code}</code> ${printable(message)}${hintText(hint)}</li>`,
      ),
    ),
    ...section(
      'Warnings',
      warnings.map(
        ({ code, message, hint }) =>
          html`<li><code class="due">${code}</code> ${printable(message)}${hintText(hint)}</li>`,
      ),
    ),
    ...(files.length === 0 ? [] : [html`<h3>Files</h3>${files.map((file) => fileItem(file, names))}`]),
    ...section(
      'Running kernel',
      runtime.map(
        ({ sign, words, commands }) =>
          html`<li>${sign} ${printable(words)}${commands.map((command) => html`<br><code class="dim">${printable(command)}</code>`)}</li>`,
      ),
    ),
  ];
}

function fileItem({ kind, path, cause, diff }: PlanReport['files'][number], names: string): Markup {
  const note = cause === 'edited-on-host' ? html` <span class="due">edited on the host</span>` : '';
  const lines =
    diff === '' ? [] : [html`<pre tabindex="0" aria-label="Diff of ${path} on ${names}">${diffLines(diff)}</pre>`];
  return html`<p>${kind} <code>${printable(path)}</code>${note}</p>${lines}`;
}

function diffLines(diff: string): readonly Markup[] {
  return diff
    .trimEnd()
    .split('\n')
    .map((line) => {
      const colour = line.startsWith('+')
        ? 'good'
        : line.startsWith('-')
          ? 'bad'
          : line.startsWith('@@')
            ? 'dim'
            : 'same';
      return html`<span class="${colour}">${printable(line)}</span>
`;
    });
}

/** The slowest host stands for its group. */
function times(members: HostGroup['members']): string {
  const totalOf = ({ phasesMs }: HostReport) => Object.values(phasesMs).reduce((sum, ms) => sum + ms, 0);
  const slowest = members.reduce((winner, each) => (totalOf(each) > totalOf(winner) ? each : winner));
  const phases = Object.entries(slowest.phasesMs).map(([phase, ms]) => `${phase} ${formatDuration(ms)}`);
  const whose = members.length === 1 ? '' : `slowest, ${printable(slowest.host)}: `;
  return `${whose}${phases.length === 0 ? 'none was taken' : phases.join(', ')}`;
}
