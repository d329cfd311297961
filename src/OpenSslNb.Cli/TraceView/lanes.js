// The timeline and the small map above it.
const AxisHeight = 24;
const Defs = `<defs><clipPath id="plot"><rect id="plot-area"/></clipPath>
<pattern id="hatch-crossed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="pin" width="1.4" height="5"/></pattern>
<pattern id="hatch-quiet" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line y2="6" stroke="var(--quiet)" stroke-width="2.4"/></pattern></defs>`;

const rows = [
  { title: "State", height: 22, draw: drawStates },
  { title: "Application", lanes: [Application], height: 46, draw: drawApplication },
  { title: "Queue", lanes: [Application, Write], height: 40, draw: top => drawPlot(view.connection.queue, top, 40, "") },
  ...[1, 2, 3, 4].map(lane => ({ title: LaneTitles[lane], lanes: [lane], height: 31, draw: top => drawOperation(lane, top) })),
  { title: "Sent", lanes: [Sent], height: 27, draw: top => drawMessages(Sent, top) },
  { title: "Received", lanes: [Received], height: 27, draw: top => drawMessages(Received, top) },
  { title: "Poller", lanes: [Transport], height: 26, draw: drawPoller },
  { title: "On the wire", lanes: [Transport], height: 52, draw: drawWireRow },
  { title: "Unsent", lanes: [Transport], height: 30, draw: top => drawPlot(view.connection.unsent, top, 30, "unsent") },
];

function drawTimeline() {
  const shown = rows.filter(row => !row.lanes || row.lanes.some(lane => view.lanes.has(lane)));
  let top = AxisHeight, stripes = "", marks = "", labels = "";
  shown.forEach((row, i) => {
    if (i % 2 === 0) stripes += `<rect class="stripe" x="0" y="${top}" width="${view.width}" height="${row.height}"/>`;
    const drawn = row.draw(top), middle = top + row.height / 2;
    labels += `<text class="lane" x="14" y="${middle + (drawn.note ? -1 : 4)}">${row.title}</text>`;
    marks += `<g class="row" data-row="${row.title}">${drawn.svg ?? drawn}</g>`;
    if (drawn.note) labels += `<text class="minor" x="14" y="${middle + 11}">${drawn.note}</text>`;
    top += row.height;
  });
  const svg = byId("timeline");
  svg.setAttribute("height", top + 4);
  svg.dataset.from = view.from;
  svg.dataset.to = view.to;
  svg.innerHTML = `${Defs}${stripes}${drawAxis(top)}<g clip-path="url(#plot)">${marks}${drawChosen(top)}</g>${labels}<line class="cursor" id="cursor" y1="${AxisHeight - 2}" y2="${top}" visibility="hidden"/><text id="cursor-time" class="over" y="${AxisHeight - 9}" text-anchor="middle" visibility="hidden"></text>`;
  const area = byId("plot-area");
  Object.entries({ x: Gutter, y: 0, width: plotWidth(), height: top }).forEach(([name, value]) => area.setAttribute(name, value));
}

// 1, 2 or 5 times a power of ten, at least so many pixels wide.
function axisStep(pixels = 110) {
  const least = (view.to - view.from) / plotWidth() * pixels;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map(n => n * power).find(step => step >= least);
}

function drawAxis(bottom) {
  const step = axisStep();
  let svg = `<line class="rule" x1="${Gutter}" x2="${view.width - RightMargin}" y1="${AxisHeight - 0.5}" y2="${AxisHeight - 0.5}"/>`;
  for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
    const x = round(xOf(time));
    svg += `<line class="grid" x1="${x}" x2="${x}" y1="${AxisHeight - 5}" y2="${bottom}"/><text class="axis" x="${Math.min(x, view.width - 26)}" y="${AxisHeight - 9}" text-anchor="middle">${formatTime(Math.abs(time) < step / 2 ? 0 : time, step, view.to)}</text>`;
  }
  return svg;
}

function drawChosen(bottom) {
  if (view.selected < 0) return "";
  const x = round(xOf(view.connection.events.time[view.selected]));
  return `<line class="chosen" x1="${x}" x2="${x}" y1="${AxisHeight}" y2="${bottom}"/>`;
}

function drawStates(top) {
  const states = view.connection.states;
  return states.map(([since, name], i) => {
    const x = Math.max(xOf(since), Gutter - 2), right = Math.min(xOf(states[i + 1]?.[0] ?? view.connection.overview.to), view.width);
    if (right <= Gutter || x >= view.width) return "";
    const text = right - Math.max(x, Gutter) > name.length * TagCharacter + 10 ? `<text class="tag" x="${round(Math.max(x, Gutter) + 6)}" y="${top + 15}">${name}</text>` : "";
    return `<rect class="state ${name}" data-state="${name}" x="${round(x)}" y="${top + 4}" width="${round(Math.max(right - x, 1))}" height="15" rx="2"/>${text}`;
  }).join("");
}

const only = (...classes) => i => { const kind = classOf(view.connection, i); return classes.includes(kind) ? kind : null; };

function drawApplication(top) {
  const indices = view.connection.inLane[Application];
  return drawBars(view.connection.bars[Application], top + 25, 18)
    + drawTicks(indices, Application, top + 25, 9, only("send"))
    + drawTicks(indices, Application, top + 34, 9, only("delivered"))
    + drawTicks(indices, Application, top + 20, 4, only("refused"))
    + drawTags(indices, Application, top + 11);
}

function drawOperation(lane, top) {
  return drawBars(view.connection.bars[lane], top + 7, 15) + drawTicks(view.connection.inLane[lane], lane, top + 24, 5, only(...Results));
}

function drawMessages(lane, top) {
  const indices = view.connection.inLane[lane];
  return drawTicks(indices, lane, top + 19, 6, only("record")) + drawTags(indices, lane, top + 10);
}

function drawPoller(top) {
  const bars = view.connection.bars[Transport];
  const { kind } = view.connection.events;
  return drawBars(bars.filter(bar => bar.kind === "interest-read"), top + 4, 8) + drawBars(bars.filter(bar => bar.kind === "interest-write"), top + 14, 8)
    + drawTicks(view.connection.inLane[Transport], Transport, top + 4, 8, i => kind[i] & 1 ? "ready" : null)
    + drawTicks(view.connection.inLane[Transport], Transport, top + 14, 8, i => kind[i] & 2 ? "ready" : null);
}

function drawPlot(points, top, height, style) {
  const highest = points.reduce((most, point) => Math.max(most, point.value), 0);
  return { svg: drawSteps(points, top, height, highest, style), note: highest ? `up to ${formatBytes(highest)}` : "" };
}

function drawWireRow(top) {
  const { svg, highest } = drawWire(view.connection.inLane[Transport], top, 52);
  return { svg, note: `up to ${formatBytes(highest)}` };
}

function drawMinimap() {
  const svg = byId("minimap"), width = svg.clientWidth - 32, height = 40;
  if (width < 10) return;
  const [first, last] = extent(), { events } = view.connection, columns = new Float64Array(Math.ceil(width / 3) + 1);
  const at = time => (time - first) / (last - first) * width;
  view.connection.inLane[Transport].forEach(i => { columns[Math.floor(at(events.time[i]) / 3)] += events.bytes[i] + events.out[i]; });
  const highest = Math.max(1, ...columns);
  let bars = "";
  columns.forEach((bytes, i) => { if (bytes) { const h = Math.max(1.5, Math.sqrt(bytes / highest) * 26); bars += `M${i * 3} 34v${-round(h)}h2.4v${round(h)}z`; } });
  const pins = [...new Set(view.connection.crossed.map(bar => Math.round(at(bar.from))))].map(x => `M${x - 3} 0h6l-3 5z`).join("");
  const left = at(view.from), right = at(view.to);
  svg.innerHTML = `<g transform="translate(0 2)"><rect class="miniline" y="34" width="${width}" height="1"/><path fill="var(--quiet)" d="${bars}"/><path class="pin" d="${pins}"/><rect class="brush" x="${round(left)}" y="0.5" width="${round(Math.max(right - left, 2))}" height="35" rx="3"/></g>`;
  svg.dataset.width = width;
}
