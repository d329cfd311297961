// What is shown: the connection, the stretch of time, the filter. Whoever changes it calls changed().
const Gutter = 108;
const RightMargin = 12;
const ShortestStretch = 1;

const view = {
  connection: null, from: 0, to: 1, width: 1000, text: "", selected: -1,
  lanes: new Set(LaneNames.map((_, i) => i)), wants: new Set(["want-read", "want-write", "want-app", "paused"]), crossedOnly: false, matching: null,
};
const listeners = [];
let frame = 0;

// Drawn once a frame, however often it changes.
function changed() {
  if (frame === 0) frame = requestAnimationFrame(() => { frame = 0; listeners.forEach(listener => listener()); });
}

const plotWidth = () => Math.max(50, view.width - Gutter - RightMargin);
const xOf = time => Gutter + (time - view.from) / (view.to - view.from) * plotWidth();
const timeOf = x => view.from + (x - Gutter) / plotWidth() * (view.to - view.from);

function extent() {
  const { from, to } = view.connection.overview;
  const margin = Math.max((to - from) * 0.02, 1);
  return [from - margin, to + margin];
}

function show(from, to) {
  const [first, last] = extent();
  const length = Math.min(Math.max(to - from, ShortestStretch), last - first);
  view.from = Math.min(Math.max(from, first), last - length);
  view.to = view.from + length;
  changed();
}

const fit = () => show(...extent());
const pan = fraction => { const by = (view.to - view.from) * fraction; show(view.from + by, view.to + by); };

function zoom(factor, around = (view.from + view.to) / 2) {
  const [first, last] = extent();
  const length = Math.min(Math.max((view.to - view.from) * factor, ShortestStretch), last - first);
  const share = (around - view.from) / (view.to - view.from);
  show(around - length * share, around + length * (1 - share));
}

function open(number) {
  view.connection = load(number);
  view.selected = -1;
  match();
  fit();
}

// Which words the filter's text is found in; null when there is no text.
function match() {
  const text = view.text.trim().toLowerCase();
  view.matching = text === "" ? null : view.connection.words.map(w => w.toLowerCase().includes(text));
}

function isShown(i) {
  const events = view.connection.events;
  if (!view.lanes.has(events.lane[i])) return false;
  return view.matching === null || view.matching[events.name[i]] || (events.detail[i] >= 0 && view.matching[events.detail[i]]);
}

const wordsOf = bar => `${bar.lane === Transport || bar.lane === Application ? "" : LaneTitles[bar.lane] + " "}${bar.words}`;

function isBarShown(bar) {
  if (!view.lanes.has(bar.lane) || (view.crossedOnly && !bar.crossed)) return false;
  if (bar.lane !== Transport && !view.wants.has(bar.kind)) return false;
  return view.matching === null || `${wordsOf(bar)}, blocked${bar.crossed ? ", crossed" : ""}`.toLowerCase().includes(view.text.trim().toLowerCase());
}

// The next crossed want after, or the last before, the middle of what is shown.
function goToCrossed(direction) {
  const crossed = view.connection.crossed.filter(isBarShown);
  if (crossed.length === 0) return;
  const current = crossed.indexOf(view.goneTo);
  const middle = (view.from + view.to) / 2;
  let index = current >= 0 ? current + direction : direction > 0 ? crossed.findIndex(bar => bar.from > middle) : crossed.findLastIndex(bar => bar.from < middle);
  if (index < 0 || index >= crossed.length) index = direction > 0 ? 0 : crossed.length - 1;
  const bar = view.goneTo = crossed[index];
  const half = Math.max((bar.to - bar.from) * 3, 250);
  show((bar.from + bar.to) / 2 - half, (bar.from + bar.to) / 2 + half);
}

// The whole of an event's stretch comes into sight, at the present scale.
function reveal(i) {
  const time = view.connection.events.time[i];
  view.selected = i;
  if (time < view.from || time > view.to) { const half = (view.to - view.from) / 2; show(time - half, time + half); } else changed();
}
