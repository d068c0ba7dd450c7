import type { TopologyPicture } from "./pages-port.ts";

/** Its upper left corner, in the units of the drawing. */
export interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly kind: string;
  readonly name: string;
  readonly role: "culprit" | "hurt" | "near";
}

export interface PlacedEdge {
  readonly path: string;
  readonly onPath: boolean;
}

/** `width` and `height` hold everything, with a margin; edges are SVG paths. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const nodeSize = { width: 168, height: 44 } as const;
const gap = { x: 72, y: 18 } as const;
const margin = 12;
const detour = 34;
const shownChars = 20;

const short = (name: string) => (name.length > shownChars ? `${name.slice(0, shownChars - 1)}…` : name);

/**
 * Places callers left of what they call: a node's column is the longest way to it, counted without going in circles; within
 * a column neighbours of the column before decide the order.
 */
export function layOut({ nodes, edges }: TopologyPicture): Layout {
  const column = nodes.map(() => 0);
  // At most one step more than there are nodes: in a circle the columns would grow for ever.
  for (let round = 0; round < nodes.length; round++) {
    let moved = false;
    for (const { from, to } of edges) {
      const wanted = Math.min((column[from] ?? 0) + 1, nodes.length - 1);
      const back = edges.some((edge) => edge.from === to && edge.to === from && from > to);
      if (!back && (column[to] ?? 0) < wanted && wanted <= 5) {
        column[to] = wanted;
        moved = true;
      }
    }
    if (!moved) break;
  }
  const columns: number[][] = [];
  nodes.forEach((_node, i) => {
    const at = column[i] ?? 0;
    columns[at] = [...(columns[at] ?? []), i];
  });
  const filled = columns.filter((list) => list !== undefined && list.length > 0);
  const row = nodes.map(() => 0);
  filled.forEach((list, i) => {
    const weight = (node: number) => {
      const before = edges.filter((edge) => edge.to === node).map((edge) => row[edge.from] ?? 0);
      return i === 0 || before.length === 0 ? 0 : before.reduce((sum, value) => sum + value, 0) / before.length;
    };
    list.sort((a, b) => weight(a) - weight(b) || (nodes[a]?.ref.name ?? "").localeCompare(nodes[b]?.ref.name ?? ""));
    list.forEach((node, at) => {
      row[node] = at;
    });
  });
  const tallest = Math.max(1, ...filled.map((list) => list.length));
  const x = (index: number) => margin + filled.findIndex((list) => list.includes(index)) * (nodeSize.width + gap.x);
  const above = edges.some(({ from, to }) => isLong({ x: x(from) }, { x: x(to) })) ? detour : 0;
  const height = margin * 2 + above + tallest * nodeSize.height + (tallest - 1) * gap.y;
  const placed = new Map<number, PlacedNode>();
  filled.forEach((list, i) => {
    const own = list.length * nodeSize.height + (list.length - 1) * gap.y;
    list.forEach((index, at) => {
      const node = nodes[index];
      if (!node) return;
      placed.set(index, {
        x: margin + i * (nodeSize.width + gap.x),
        y: above + (height - above - own) / 2 + at * (nodeSize.height + gap.y),
        kind: node.ref.kind,
        name: short(node.ref.name),
        role: node.role,
      });
    });
  });
  return {
    width: margin * 2 + filled.length * nodeSize.width + Math.max(0, filled.length - 1) * gap.x,
    height,
    nodes: nodes.flatMap((_node, i) => placed.get(i) ?? []),
    edges: edges.flatMap(({ from, to, onPath }) => {
      const [a, b] = [placed.get(from), placed.get(to)];
      return a && b ? [{ path: curve(a, b), onPath }] : [];
    }),
  };
}

/** A line over more than one column would run through the nodes between: it goes above them. */
const isLong = (a: { readonly x: number }, b: { readonly x: number }) => b.x - a.x > nodeSize.width * 2;

function curve(a: PlacedNode, b: PlacedNode): string {
  const middle = nodeSize.height / 2;
  if (isLong(a, b)) {
    const over = Math.min(a.y, b.y) - detour;
    return `M${a.x + nodeSize.width / 2} ${a.y} C${a.x + nodeSize.width} ${over} ${b.x} ${over} ${b.x + nodeSize.width / 2} ${b.y - 6}`;
  }
  const forward = b.x > a.x;
  const [x1, x2] = forward ? [a.x + nodeSize.width, b.x - 6] : [a.x, b.x + nodeSize.width + 6];
  const bend = forward ? (x2 - x1) / 2 : -30;
  return `M${x1} ${a.y + middle} C${x1 + bend} ${a.y + middle} ${x2 - bend} ${b.y + middle} ${x2} ${b.y + middle}`;
}
