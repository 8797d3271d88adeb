import dagre from '@dagrejs/dagre';
import { printable } from '../printable.ts';
import { html, type Markup } from './markup.ts';
import type { Picture, Stop, Way } from './ways.ts';

/** Where a picture's parts lie. All in pixels; places are the middles of boxes. */
type Layout = {
  readonly width: number;
  readonly height: number;
  /** In the order of the stops. */
  readonly boxes: readonly Box[];
  /** By `legKey` of two stops' numbers: what lies between their boxes, from left to right. */
  readonly bends: ReadonlyMap<string, readonly Point[]>;
};
type Point = { readonly x: number; readonly y: number };
type Box = Point & { readonly width: number; readonly height: number };

/** Draws pictures, and places stops once for all pictures whose boxes are of the same sizes: hosts are often alike. */
export function pictureDrawer(): (picture: Picture, label: string) => Markup {
  const layouts = new Map<string, Layout>();
  return (picture, label) => {
    const sketch = sketchOf(picture);
    const key = JSON.stringify(sketch);
    const layout = layouts.get(key) ?? placeBoxes(sketch);
    layouts.set(key, layout);
    return draw(picture, layout, label);
  };
}

/** The arrowheads, to be put once on the page. */
export const arrowheads = html`<svg width="0" height="0" aria-hidden="true" focusable="false"><defs>${['good', 'due', 'bad'].map((health) => html`<marker id="arrow-${health}" class="${health}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker>`)}</defs></svg>`;

/** What decides where things lie: the width of each box, and the legs between boxes by their numbers. */
type Sketch = { readonly widths: readonly number[]; readonly legs: readonly Leg[] };

function sketchOf({ stops, ways }: Picture): Sketch {
  const numbers = new Map(stops.map(({ id }, index) => [id, String(index)]));
  return {
    widths: stops.map(({ title, detail }) => 26 + Math.max(title.length * 8, detail.length * 6.8)),
    legs: ways.flatMap(legsOf).map(([from, to]) => [numbers.get(from) ?? '', numbers.get(to) ?? '']),
  };
}

function placeBoxes({ widths, legs }: Sketch): Layout {
  const graph = new dagre.graphlib.Graph<object, Box, { readonly points: readonly Point[] }>();
  graph.setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 44, marginx: 8, marginy: 8 });
  for (const [index, width] of widths.entries()) graph.setNode(String(index), { x: 0, y: 0, width, height: 48 });
  // Both ways point from the client to the node, so that the client stays at the left; replies are drawn backwards.
  for (const [from, to] of legs) graph.setEdge(from, to, { points: [] });
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { readonly width?: number; readonly height?: number };
  return {
    ...{ width: Math.ceil(width), height: Math.ceil(height) },
    boxes: widths.map((_, index) => graph.node(String(index))),
    bends: new Map(legs.map(([from, to]) => [legKey([from, to]), graph.edge(from, to).points.slice(1, -1)])),
  };
}

/** The legs of a way, each from the client's side to the node's. */
function legsOf({ kind, stops }: Way): readonly Leg[] {
  const outwardsIn = kind === 'request' ? stops : stops.toReversed();
  return outwardsIn.slice(1).map((to, index) => [outwardsIn[index] ?? to, to]);
}

type Leg = readonly [from: string, to: string];

function legKey(leg: Leg): string {
  return JSON.stringify(leg);
}

function draw({ stops, ways }: Picture, layout: Layout, label: string): Markup {
  const { width, height, boxes } = layout;
  const numbers = new Map(stops.map(({ id }, index) => [id, index]));
  // Several networks may share a leg: it is drawn once, as the worst of them.
  const lines = new Map<string, Markup>();
  for (const way of [...ways].sort((a, b) => rank(a) - rank(b)))
    for (const leg of legsOf(way)) {
      const [from, to] = leg.map((id) => numbers.get(id) ?? -1);
      lines.set(`${way.kind} ${legKey(leg)}`, line([from ?? -1, to ?? -1], way, layout));
    }
  return html`<svg role="img" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
${[...lines.values()]}
${stops.map((stop, index) => boxAt(boxes[index], stop))}</svg>`;
}

function rank({ health }: Way): number {
  return ['good', 'due', 'bad'].indexOf(health);
}

function line([from, to]: readonly [number, number], { kind, health }: Way, { boxes, bends }: Layout): Markup {
  const [left, right] = [boxes[from], boxes[to]];
  if (left === undefined || right === undefined) throw new Error(`no place for stops ${from} and ${to}`);
  // Side by side, a request above its reply.
  const aside = kind === 'request' ? -7 : 7;
  const points = [
    { x: left.x + left.width / 2, y: left.y },
    ...(bends.get(legKey([String(from), String(to)])) ?? []),
    { x: right.x - right.width / 2, y: right.y },
  ].map(({ x, y }) => ({ x, y: y + aside }));
  const end = kind === 'request' ? html`marker-end` : html`marker-start`;
  return html`<path class="way ${kind} ${health}" ${end}="url(#arrow-${health})" d="${curveThrough(points)}"/>`;
}

function curveThrough([first, ...others]: readonly Point[]): string {
  if (first === undefined) return '';
  let at = first;
  const parts = others.map((point) => {
    const middle = ((at.x + point.x) / 2).toFixed(1);
    const part = `C${middle} ${at.y.toFixed(1)} ${middle} ${point.y.toFixed(1)} ${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
    at = point;
    return part;
  });
  return `M${first.x.toFixed(1)} ${first.y.toFixed(1)}${parts.join('')}`;
}

function boxAt(box: Box | undefined, { title, detail, health }: Stop): Markup {
  if (box === undefined) throw new Error(`no place for ${title}`);
  const { x, y, width, height } = box;
  const sign = health === 'good' ? '' : health === 'due' ? '± ' : '✗ ';
  return html`<g class="stop ${health}"><rect x="${(x - width / 2).toFixed(1)}" y="${(y - height / 2).toFixed(1)}" width="${width.toFixed(1)}" height="${height}" rx="6"/><text x="${x.toFixed(1)}" y="${(y - 3).toFixed(1)}" text-anchor="middle">${sign}${printable(title)}</text><text class="small" x="${x.toFixed(1)}" y="${(y + 14).toFixed(1)}" text-anchor="middle">${printable(detail)}</text></g>`;
}
