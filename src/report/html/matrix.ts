import { printable } from '../printable.ts';
import { type HostReport, isHostBad } from '../run-report.ts';
import { type Check, checks } from './checks.ts';
import { filterAttributes, type HostGroup, stateText } from './host-group.ts';
import { html, type Markup } from './markup.ts';

/** The fleet as a table: a row per host, a column per check. Each host leads to its details. */
export function fleetMatrix(groups: readonly HostGroup[]): Markup {
  const hosts = groups.flatMap(({ members }) => members);
  // What this command does not look at is no column.
  const columns = checks.filter(({ countOf }) => hosts.some((host) => countOf(host) !== null));
  return html`<div class="scroll fleet" tabindex="0" role="region" aria-label="Fleet"><table><thead><tr><th scope="col">Host</th><th scope="col">State</th>${columns.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody>
${groups.flatMap(({ id, members }) => members.map((host) => row(host, id, columns)))}</tbody></table></div>
<p class="dim">✓ nothing found, nothing due; a number: so much was found, is due or was changed; – not looked at.</p>
`;
}

function row(host: HostReport, groupId: string, columns: readonly Check[]): Markup {
  return html`<tr ${filterAttributes([host.host], host)}><th scope="row"><a href="#${groupId}">${printable(host.host)}</a></th><td>${stateText(host)}</td>${columns.map(({ countOf }) => cell(countOf(host), colourOf(host)))}</tr>
`;
}

/** Of what is not nothing: what was changed is no trouble any more. */
function colourOf(host: HostReport): string {
  if (host.outcome?.status === 'changed') return 'good';
  return isHostBad(host) ? 'bad' : 'due';
}

function cell(number: number | null, colour: string): Markup {
  if (number === null) return html`<td class="dim">–</td>`;
  return number === 0 ? html`<td class="good">✓</td>` : html`<td class="${colour}">${number}</td>`;
}
