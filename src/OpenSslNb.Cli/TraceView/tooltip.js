// What stands under the pointer, in words.
const MostNames = 9;

function describeEvent(i) {
  const { events } = view.connection;
  const lane = events.lane[i];
  const rows = [["at", formatTime(events.time[i])], ["lane", LaneTitles[lane]]];
  if (events.duration[i] > 0) rows.push(["took", formatSpan(events.duration[i])]);
  if (lane === Transport) rows.push(["in", formatBytes(events.bytes[i])], ["out", formatBytes(events.out[i])], ["unsent", formatBytes(events.queued[i])]);
  else {
    if (events.bytes[i] > 0) rows.push([lane === Sent || lane === Received ? "length" : "bytes", `${number.format(events.bytes[i])}`]);
    if (events.queued[i] >= 0) rows.push(["queued after", formatBytes(events.queued[i])]);
  }
  if (events.detail[i] >= 0) rows.push(["detail", detailOf(view.connection, i)]);
  return { title: nameOf(view.connection, i), rows };
}

// Those of a mark: between the first and the last there may be others.
function describeEvents(lane, only, first, last) {
  const { events, inLane } = view.connection;
  const counts = new Map();
  let bytes = 0, total = 0;
  for (let k = first; k <= last; k++) {
    const i = inLane[lane][k];
    const kind = classOf(view.connection, i);
    if (!isShown(i) || !(only === undefined || only === "ready" || kind === only || (only === "tag" && TagClasses.has(kind)))) continue;
    const name = nameOf(view.connection, i);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    bytes += events.bytes[i] + events.out[i];
    total++;
  }
  const names = [...counts].sort((a, b) => b[1] - a[1]);
  const rows = names.slice(0, MostNames).map(([name, count]) => [name, `×${count}`]);
  if (names.length > MostNames) rows.push(["…", `${names.length - MostNames} other names`]);
  rows.push(["from", formatTime(events.time[inLane[lane][first]])], ["to", formatTime(events.time[inLane[lane][last]])]);
  if (bytes > 0) rows.push(["bytes", formatBytes(bytes)]);
  return { title: `${number.format(total)} events, ${LaneTitles[lane]}`, rows };
}

function describeBar(lane, first, last, count) {
  const bars = view.connection.bars[lane], bar = bars[first];
  if (count > 1) {
    const some = bars.slice(first, last + 1).filter(b => b.kind === bar.kind && isBarShown(b));
    const longest = some.reduce((most, b) => Math.max(most, b.to - b.from), 0);
    return { title: `${count} times ${wordsOf(bar)}`, rows: [["from", formatTime(bar.from)], ["to", formatTime(bars[last].to)], ["longest", formatSpan(longest)], ["", "zoom in to tell them apart"]] };
  }
  const warn = bar.crossed ? `Crossed: ${LaneTitles[lane] === "Read" ? "a read that must write first" : "a write that must read first"}.` : "";
  return { title: wordsOf(bar), rows: [["from", formatTime(bar.from)], ["to", formatTime(bar.to)], ["for", formatSpan(bar.to - bar.from)]], warn };
}

// An element's description; null for what has nothing to say.
function describe(element) {
  const { lane, bar, last, count, first, state, only } = element.dataset;
  if (bar !== undefined) return describeBar(+lane, +bar, +last, +count);
  if (first !== undefined) return first === last ? describeEvent(view.connection.inLane[lane][first]) : describeEvents(+lane, only, +first, +last);
  if (state !== undefined) { const [since] = view.connection.states.find(([, name]) => name === state); return { title: state, rows: [["since", formatTime(since)]] }; }
  return null;
}

function showTip(description, x, y) {
  const tip = byId("tip");
  tip.innerHTML = `<b>${escapeText(description.title)}</b><dl>${description.rows.map(([name, value]) => `<dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd>`).join("")}</dl>${description.warn ? `<span class="warn">${escapeText(description.warn)}</span>` : ""}`;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${y + 18 + height > innerHeight ? Math.max(4, y - height - 12) : y + 18}px`;
}

const hideTip = () => { byId("tip").hidden = true; };
