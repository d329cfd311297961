// Pieces of a lane, as SVG text. What is narrower than a pixel or two is drawn together with its neighbours, so that a lane never costs more than its width.
const TagCharacter = 6.1;
const round = x => Math.round(x * 10) / 10;

// Bars one by one where there is room; a run of narrow ones of the same kind as one.
function drawBars(bars, top, height) {
  const plain = [], crossed = [];
  let run = null;
  const end = () => {
    if (run) plain.push(`<rect class="bar ${run.kind}${run.count > 1 ? " merged" : ""}" data-lane="${run.lane}" data-bar="${run.first}" data-last="${run.last}" data-count="${run.count}" x="${round(run.x)}" y="${top}" width="${round(Math.max(run.end - run.x, 0.7))}" height="${height}"/>`);
    run = null;
  };
  // Bars of one lane hardly ever overlap, so their ends are in order too.
  for (let k = lowerBound(bars.length, i => bars[i].to, view.from); k < bars.length && bars[k].from <= view.to; k++) {
    const bar = bars[k];
    if (!isBarShown(bar)) continue;
    const x = Math.max(xOf(bar.from), Gutter - 4), right = Math.min(xOf(bar.to), view.width + 4);
    if (bar.crossed) {
      end();
      crossed.push(crossedBar(bar, k, x, Math.max(right - x, 3), top, height));
    } else if (right - x >= 2) {
      end();
      plain.push(`<rect class="bar ${bar.kind}" data-lane="${bar.lane}" data-bar="${k}" data-last="${k}" data-count="1" data-from="${bar.from}" data-to="${bar.to}" x="${round(x)}" y="${top}" width="${round(right - x)}" height="${height}"/>${inside(bar, x, right, top, height)}`);
    } else if (run && run.kind === bar.kind && x - run.end < 1) {
      run.end = Math.max(run.end, right); run.last = k; run.count++;
    } else {
      end();
      run = { lane: bar.lane, kind: bar.kind, x, end: right, first: k, last: k, count: 1 };
    }
  }
  end();
  return plain.join("") + crossed.join("");
}

function crossedBar(bar, k, x, width, top, height) {
  const area = `x="${round(x)}" y="${top}" width="${round(width)}" height="${height}"`;
  const middle = round(x + width / 2);
  return `<rect class="bar ${bar.kind} crossed" data-lane="${bar.lane}" data-bar="${k}" data-last="${k}" data-count="1" data-from="${bar.from}" data-to="${bar.to}" ${area}/><rect class="hatch" ${area}/>`
    + `<path class="pin" data-lane="${bar.lane}" data-bar="${k}" data-last="${k}" data-count="1" d="M${middle - 4} ${top - 5}h8l-4 5z"/>${inside(bar, x, x + width, top, height)}`;
}

function inside(bar, x, right, top, height) {
  if (height < 12) return "";
  const words = `${bar.words}, ${formatSpan(bar.to - bar.from)}`;
  const left = Math.max(x, Gutter);
  return Math.min(right, view.width - RightMargin) - left > words.length * 5.6 + 8 ? `<text class="inside${bar.crossed ? " over" : ""}" x="${round(left + 5)}" y="${top + height / 2 + 3.5}">${escapeText(words)}</text>` : "";
}

// Ticks for events; a run of one class within a pixel as one. Those with a duration are as long as that.
function drawTicks(indices, lane, top, height, kindOf) {
  const events = view.connection.events;
  const runs = new Map();
  const parts = [];
  const end = run => parts.push(`<rect class="tick ${run.kind}" data-lane="${lane}" data-only="${run.kind}" data-first="${run.first}" data-last="${run.last}" x="${round(run.x)}" y="${top}" width="${round(Math.max(run.end - run.x, 1))}" height="${height}"/>`);
  const start = lowerBound(indices.length, i => events.time[indices[i]], view.from);
  for (let k = start; k < indices.length && events.time[indices[k]] - events.duration[indices[k]] <= view.to; k++) {
    const i = indices[k], kind = kindOf(i);
    if (kind === null || !isShown(i)) continue;
    const right = Math.min(xOf(events.time[i]), view.width + 2), x = Math.max(xOf(events.time[i] - events.duration[i]), Gutter - 2);
    const run = runs.get(kind);
    if (run && x - run.end < 1 && right - run.x < 3) {
      run.end = Math.max(run.end, right); run.last = k;
    } else {
      if (run) end(run);
      runs.set(kind, { kind, x, end: right, first: k, last: k });
    }
  }
  runs.forEach(end);
  return parts.join("");
}

// Named marks: a diamond each, with its name where there is room for it; those that would touch share one.
function drawTags(indices, lane, middle) {
  const events = view.connection.events;
  const groups = [];
  for (let k = lowerBound(indices.length, i => events.time[indices[i]], view.from); k < indices.length && events.time[indices[k]] <= view.to; k++) {
    const kind = classOf(view.connection, indices[k]);
    if (!TagClasses.has(kind) || !isShown(indices[k])) continue;
    const x = xOf(events.time[indices[k]]), last = groups.at(-1);
    if (last && x - last.x < 9) { last.last = k; last.count++; last.names.add(nameOf(view.connection, indices[k])); if (kind === "Alert") last.kind = kind; }
    else groups.push({ x, kind, first: k, last: k, count: 1, names: new Set([nameOf(view.connection, indices[k])]) });
  }
  return groups.map((group, g) => {
    const room = (groups[g + 1]?.x ?? view.width - RightMargin) - group.x - 12;
    const x = round(group.x);
    const text = tagText(group, room);
    return `<path class="chip ${group.kind}" data-lane="${lane}" data-only="tag" data-first="${group.first}" data-last="${group.last}" d="M${x} ${middle - 5}l4.5 5l-4.5 5l-4.5 -5z"/>${text && `<text class="tag" x="${round(x + 7)}" y="${middle + 3.5}">${escapeText(text)}</text>`}`;
  }).join("");
}

function tagText(group, room) {
  const names = [...group.names];
  const long = group.count === 1 ? names[0] : names.length === 1 ? `${names[0]} ×${group.count}` : `${names[0]} … ${names.at(-1)}`;
  const short = group.count === 1 ? "" : `×${group.count}`;
  return [long, short].find(text => text.length * TagCharacter < room) ?? "";
}

// A stepped area: of each pixel the highest value, so that no peak is lost.
function drawSteps(points, top, height, highest, style) {
  if (points.length === 0 || highest === 0) return "";
  const base = top + height;
  const yOf = value => round(base - value / highest * (height - 3));
  let k = Math.max(lowerBound(points.length, i => points[i].time, view.from) - 1, 0);
  let value = points[k].time <= view.from ? points[k].value : 0;
  let path = `M${Gutter} ${base}V${yOf(value)}`;
  while (k < points.length && points[k].time <= view.to) {
    if (points[k].time < view.from) { value = points[k++].value; continue; }
    const column = Math.floor(xOf(points[k].time));
    let peak = 0;
    for (; k < points.length && Math.floor(xOf(points[k].time)) === column; k++) { value = points[k].value; peak = Math.max(peak, value); }
    path += `H${column}V${yOf(peak)}H${column + 1}V${yOf(value)}`;
  }
  return `<path class="area ${style}" d="${path}H${Math.min(xOf(view.connection.overview.to), view.width - RightMargin).toFixed(1)}V${base}Z"/>`;
}

// Bytes of each pixel, out upwards and in downwards.
function drawWire(indices, top, height) {
  const events = view.connection.events;
  const columns = new Map();
  for (let k = lowerBound(indices.length, i => events.time[indices[i]], view.from); k < indices.length && events.time[indices[k]] <= view.to; k++) {
    const i = indices[k];
    if (!isShown(i) || events.bytes[i] + events.out[i] === 0) continue;
    const x = Math.floor(xOf(events.time[i]) / 2) * 2;
    const column = columns.get(x) ?? { in: 0, out: 0, first: k };
    column.in += events.bytes[i]; column.out += events.out[i]; column.last = k;
    columns.set(x, column);
  }
  const highest = Math.max(1, ...[...columns.values()].map(c => Math.max(c.in, c.out)));
  const middle = top + height / 2, scale = bytes => bytes === 0 ? 0 : Math.max(1, bytes / highest * (height / 2 - 2));
  let svg = `<line class="rule" x1="${Gutter}" x2="${view.width - RightMargin}" y1="${middle}" y2="${middle}"/>`;
  columns.forEach((column, x) => {
    const data = `data-lane="${Transport}" data-first="${column.first}" data-last="${column.last}"`;
    if (column.out) svg += `<rect class="wire-out" ${data} x="${x}" y="${round(middle - scale(column.out))}" width="2" height="${round(scale(column.out))}"/>`;
    if (column.in) svg += `<rect class="wire-in" ${data} x="${x}" y="${middle}" width="2" height="${round(scale(column.in))}"/>`;
  });
  return { svg, highest };
}
