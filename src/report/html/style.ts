/** The report's style sheet: light and dark, narrow and printed. */
export const style = `
:root { color-scheme: light dark; --ink: light-dark(#1c2330, #e6e9ef); --dim: light-dark(#566073, #a3adbd); --paper: light-dark(#fff, #14181f);
  --card: light-dark(#f5f7fa, #1c222b); --line: light-dark(#d4dae3, #38414e); --good: light-dark(#136c2e, #6fd08c); --bad: light-dark(#b3141d, #ff8f8f);
  --due: light-dark(#7d5200, #f0bf5a); --link: light-dark(#0b57c2, #8ab8ff); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.2rem; color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; } h3 { font-size: .95rem; margin: 1rem 0 .3rem; }
p { margin: .3rem 0; } .dim { color: var(--dim); } a { color: var(--link); }
form { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; margin: 1rem 0; }
label { display: grid; gap: .15rem; font-size: .85rem; color: var(--dim); }
input, select { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--dim); border-radius: 4px; padding: .35rem .5rem; min-width: 11rem; height: 2.2rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
.fleet { max-height: 75vh; } .fleet thead th { position: sticky; top: 0; }
.scroll { overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; } thead th { background: var(--card); font-size: .85rem; }
tbody th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; } .due { color: var(--due); }
details { content-visibility: auto; contain-intrinsic-size: auto 2.6rem; border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; background: var(--card); }
summary { cursor: pointer; padding: .5rem .8rem; overflow-wrap: anywhere; } details > div { padding: 0 .8rem .8rem; }
ul { margin: .2rem 0; padding-left: 1.2rem; } li { overflow-wrap: anywhere; }
pre { margin: .3rem 0; padding: .5rem .7rem; overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 4px; font: 13px/1.45 ui-monospace, monospace; }
pre.said { white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 13px/1.45 ui-monospace, monospace; }
svg { display: block; } svg text { fill: var(--ink); font: 14px system-ui, sans-serif; } svg .small { fill: var(--dim); font-size: 12px; }
.stop rect { fill: var(--paper); stroke: var(--dim); } .stop.due rect { stroke: var(--due); stroke-width: 2; } .stop.bad rect { stroke: var(--bad); stroke-width: 2.5; }
.way { fill: none; stroke-width: 2; } .way.reply { stroke-dasharray: 6 4; }
.way.good { stroke: var(--good); } .way.due { stroke: var(--due); } .way.bad { stroke: var(--bad); stroke-width: 2.5; }
marker.good path { fill: var(--good); } marker.due path { fill: var(--due); } marker.bad path { fill: var(--bad); }
[hidden] { display: none !important; }
@media print { form { display: none; } :root { color-scheme: light; } body { max-width: none; padding: 0; } details { content-visibility: visible; } tr, svg { break-inside: avoid; } svg { max-width: 100%; height: auto; } .scroll, pre { overflow: visible; max-height: none; white-space: pre-wrap; } }
`;
