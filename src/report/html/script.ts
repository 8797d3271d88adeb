/** What the report does in a browser: filter, open what is linked to, open all for printing. It reads attributes and builds nothing. */
export const script = `
'use strict';
const find = (id) => document.getElementById(id);
const [search, state, code, shown] = ['search', 'state', 'code', 'shown'].map(find);
const items = [...document.querySelectorAll('[data-hosts]')].map((element) => ({ element, hosts: element.dataset.hosts.split('\\n'),
  state: element.dataset.state, codes: element.dataset.codes.split(' '), isRow: element.tagName === 'TR' }));
function filter() {
  const wanted = search.value.trim().toLowerCase();
  let count = 0;
  for (const { element, hosts, state: own, codes, isRow } of items) {
    const isOther = (state.value !== '' && own !== state.value) || (code.value !== '' && !codes.includes(code.value));
    const fitting = isOther ? 0 : hosts.filter((host) => host.includes(wanted)).length;
    element.hidden = fitting === 0;
    if (isRow) count += fitting;
  }
  shown.textContent = count + (count === 1 ? ' host' : ' hosts');
}
function openTarget() {
  const target = location.hash === '' ? null : find(location.hash.slice(1));
  if (target !== null && target.tagName === 'DETAILS') { target.open = true; target.querySelector('summary').focus(); }
}
for (const control of [search, state, code]) control.addEventListener('input', filter);
document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('click', (event) => { if (event.target.matches('a[href^="#"]')) setTimeout(openTarget); });
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !event.target.matches('input, select')) { event.preventDefault(); search.focus(); }
  if (event.key === 'Escape' && event.target === search) { search.value = ''; filter(); }
});
let closed = [];
addEventListener('beforeprint', () => { closed = [...document.querySelectorAll('details:not([open])')]; for (const each of closed) each.open = true; });
addEventListener('afterprint', () => { for (const each of closed) each.open = false; });
addEventListener('hashchange', openTarget);
filter();
openTarget();
`;
