import { findCell, type Results } from "./figures.ts";

const width = 760;
const labelWidth = 170;
const barHeight = 18;
const gap = 6;
const titleHeight = 34;
const colours = { ours: "#1f6f54", theirs: "#9aa5a0", ink: "#22302b" };

/** Warm requests per second by workload, a bar per server, as SVG. */
export function drawChart(results: Results): string {
  const workloads = [...new Set(results.cells.filter(({ mode }) => mode === "warm").map(({ workload }) => workload))];
  let top = 0;
  const groups = workloads.map((workload) => {
    const bars = results.servers.flatMap(({ server, title }) => {
      const cell = findCell(results, workload, "warm", server);
      return cell ? [{ title, value: cell.requestsPerSecond, isOurs: server === "diligence" }] : [];
    });
    const group = drawGroup(`${results.titles[workload] ?? workload}, warm: requests per second`, bars, top);
    top += titleHeight + bars.length * (barHeight + gap) + gap;
    return group;
  });
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top + gap}" width="${width}" height="${top + gap}" font-family="system-ui, sans-serif" font-size="12" fill="${colours.ink}">`;
  const name = "<title>Warm requests per second by server</title>";
  return [head, name, `<rect width="100%" height="100%" fill="#ffffff"/>`, ...groups, "</svg>\n"].join("\n");
}

interface Bar {
  title: string;
  value: number;
  isOurs: boolean;
}

function drawGroup(title: string, bars: readonly Bar[], top: number): string {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const room = width - labelWidth - 90;
  const lines = bars.map(({ title: name, value, isOurs }, i) => {
    const y = top + titleHeight + i * (barHeight + gap);
    const length = Math.max(1, (value / most) * room);
    const middle = y + barHeight / 2 + 4;
    return [
      `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" fill="${isOurs ? colours.ours : colours.theirs}"/>`,
      `<text x="${(labelWidth + length + 6).toFixed(1)}" y="${middle}">${Math.round(value).toLocaleString("en")}</text>`,
    ].join("");
  });
  return [`<text x="8" y="${top + 22}" font-weight="600">${escaped(title)}</text>`, ...lines].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
