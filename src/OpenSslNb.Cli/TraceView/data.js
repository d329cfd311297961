// What the page was given, decoded. The order of these names is that of the enumerations in the program.
const LaneNames = ["application", "handshake", "read", "write", "shutdown", "sent", "received", "transport"];
const LaneTitles = ["Application", "Handshake", "Read", "Write", "Shutdown", "Sent", "Received", "Transport"];
const BarKinds = ["want-read", "want-write", "want-app", "paused", "interest-read", "interest-write"];
const BarWords = ["wants Read", "wants Write", "wants the application", "reading paused", "poller waits for readable", "poller waits for writable"];
const Results = ["failed", "done", "blocked", "closed"];
const Contents = ["record", "inner", "Handshake", "Alert", "ChangeCipherSpec"];
const ApplicationClasses = { 1: "send", 2: "refused", 3: "refused", 13: "delivered", 14: "told" };
const TagClasses = new Set(["life", "Handshake", "Alert", "ChangeCipherSpec"]);
const [Application, , Read, Write, , Sent, Received, Transport] = LaneNames.map((_, i) => i);

const byId = id => document.getElementById(id);
const readBlock = id => JSON.parse(byId(id).textContent);
const trace = readBlock("trace");
const loaded = new Map();

// A connection with its columns; parsed when it is first looked at.
function load(number) {
  if (!loaded.has(number)) loaded.set(number, decode(readBlock(`connection-${number}`), trace.connections.find(c => c.number === number)));
  return loaded.get(number);
}

function decode(block, overview) {
  const events = block.events;
  const inLane = LaneNames.map(() => []);
  events.lane.forEach((lane, i) => inLane[lane].push(i));
  const bars = LaneNames.map(() => []);
  block.bars.lane.forEach((lane, i) => bars[lane].push({
    index: i, lane, kind: BarKinds[block.bars.kind[i]], words: BarWords[block.bars.kind[i]], from: block.bars.from[i], to: block.bars.to[i], crossed: block.bars.crossed[i] === 1,
  }));
  const queue = [], unsent = [];
  events.queued.forEach((value, i) => {
    if (value >= 0) (events.lane[i] === Transport ? unsent : queue).push({ time: events.time[i], value });
  });
  return { overview, events, inLane, bars, queue, unsent, states: block.states, words: block.words, crossed: bars.flat().filter(bar => bar.crossed).sort((a, b) => a.from - b.from) };
}

const word = (connection, i) => i < 0 ? "" : connection.words[i];
// How an event looks, as a class of the style sheet.
function classOf(connection, i) {
  const lane = connection.events.lane[i], kind = connection.events.kind[i];
  if (lane === Application) return ApplicationClasses[kind] ?? "life";
  if (lane === Sent || lane === Received) return Contents[kind];
  return lane === Transport ? "turn" : Results[kind];
}

const nameOf = (connection, i) => word(connection, connection.events.name[i]);
const detailOf = (connection, i) => word(connection, connection.events.detail[i]);

// The first index from which a column is at or past a value.
function lowerBound(count, at, value) {
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < value) low = middle + 1; else high = middle;
  }
  return low;
}

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

// With as many digits as a step of the scale needs, in the unit of a magnitude.
function formatTime(microseconds, step = 0.1, magnitude = Math.abs(microseconds)) {
  if (microseconds === 0) return "0";
  const [unit, size] = magnitude >= 1e6 ? ["s", 1e6] : magnitude >= 1e3 ? ["ms", 1e3] : ["µs", 1];
  const digits = Math.max(0, Math.min(7, Math.ceil(-Math.log10(step / size) - 1e-9)));
  return `${(microseconds / size).toFixed(digits)} ${unit}`;
}

const formatSpan = microseconds => formatTime(microseconds, Math.max(0.1, 10 ** (Math.floor(Math.log10(Math.max(microseconds, 0.1))) - 2)));

function formatBytes(bytes) {
  if (bytes < 10000) return `${number.format(bytes)} B`;
  const [unit, size] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  return `${(bytes / size).toPrecision(3)} ${unit}`;
}

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeText = text => String(text).replace(/[&<>"']/g, c => escapes[c]);
