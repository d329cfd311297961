// The list of connections and the table of events. The table makes rows only for what is in sight of it.
const RowHeight = 22;
let listed = [];
let isPointerOverRows = false;

const factLine = facts => [facts.protocol, facts.alpn].filter(Boolean).join(" · ");
const peerOf = facts => facts.role === "server" ? `from ${facts.remote ?? "?"}` : facts.role === "client" ? `to ${facts.remote ?? "?"}` : "";

function outcomePill(facts) {
  if (!facts.outcome) return `<span class="pill">not ended</span>`;
  return `<span class="pill ${facts.outcome === "CloseNotify" ? "good" : "bad"}">${escapeText(facts.outcome)}</span>`;
}

function drawConnections() {
  const text = byId("find").value.trim().toLowerCase();
  byId("connections").innerHTML = trace.connections.filter(c => `#${c.number} ${Object.values(c.facts).join(" ")}`.toLowerCase().includes(text)).map(c => `<li><button type="button" data-number="${c.number}" aria-pressed="${c.number === view.connection.overview.number}">
<span class="row"><b>#${c.number}</b> <span class="end">${escapeText(`${c.facts.role ?? ""} ${peerOf(c.facts)}`)}</span></span>
<span class="row small"><span class="end">${escapeText(factLine(c.facts))}</span>${c.crossed ? `<span class="pill crossed">${number.format(c.crossed)} crossed</span>` : ""}${outcomePill(c.facts)}</span>
<span class="row small"><span class="end">↑ ${formatBytes(c.written)} &nbsp;↓ ${formatBytes(c.read)}</span><span>${formatSpan(c.to - c.from)}</span></span></button></li>`).join("");
}

function drawFacts() {
  const { number: n, facts, crossed, read, written, from, to, events } = view.connection.overview;
  const fact = (name, value) => value ? `<span>${name} <b>${escapeText(value)}</b></span>` : "";
  byId("facts").innerHTML = `<h2>#${n} ${escapeText(facts.role ?? "connection")}</h2>${outcomePill(facts)}${crossed ? `<span class="pill crossed">${number.format(crossed)} crossed ${crossed === 1 ? "want" : "wants"}</span>` : ""}${fact("peer", facts.remote)}${fact("", facts.protocol)}${fact("", facts.cipher)}${fact("ALPN", facts.alpn)}${fact("SNI", facts.server_name)}${facts.resumed === "True" ? fact("", "resumed") : ""}`
    + `${fact("wrote", formatBytes(written))}${fact("read", formatBytes(read))}${fact("lasted", formatSpan(to - from))}${fact("events", number.format(events))}`
    + fact("", facts.detail);
}

function listEvents() {
  const count = view.connection.events.time.length;
  listed = [];
  for (let i = 0; i < count; i++) if (isShown(i)) listed.push(i);
  byId("spacer").style.height = `${listed.length * RowHeight}px`;
}

// Keeps the table at the beginning of what the timeline shows, unless somebody is reading it.
function followTimeline() {
  if (isPointerOverRows || document.activeElement === byId("rows")) return;
  const { time } = view.connection.events;
  byId("rows").scrollTop = lowerBound(listed.length, k => time[listed[k]], view.from) * RowHeight;
}

function rowClass(i) {
  const { lane } = view.connection.events;
  const look = classOf(view.connection, i);
  if (look === "Alert" || look === "failed") return "alert";
  if (look === "Handshake") return "handshake";
  const name = nameOf(view.connection, i);
  return (lane[i] === Read && name.endsWith("wants Write")) || (lane[i] === Write && name.endsWith("wants Read")) ? "crossed" : "";
}

function drawRow(k) {
  const { events } = view.connection, i = listed[k];
  const shown = events.time[i] >= view.from && events.time[i] <= view.to;
  const before = k > 0 ? `+${formatSpan(Math.max(0, events.time[i] - events.time[listed[k - 1]]))}` : "";
  const bytes = events.lane[i] === Transport ? events.bytes[i] + events.out[i] : events.bytes[i];
  return `<div class="event${shown ? " shown" : ""}" role="option" id="event-${i}" data-event="${i}" aria-selected="${i === view.selected}" data-top="${k * RowHeight}"><span>${formatTime(events.time[i])}</span><span>${before}</span><span>${LaneTitles[events.lane[i]]}</span>`
    + `<span class="${rowClass(i)}">${escapeText(nameOf(view.connection, i))}</span><span>${bytes ? number.format(bytes) : ""}</span><span>${events.queued[i] >= 0 ? number.format(events.queued[i]) : ""}</span><span>${escapeText(detailOf(view.connection, i))}</span></div>`;
}

function drawRows() {
  const box = byId("rows"), first = Math.max(0, Math.floor(box.scrollTop / RowHeight) - 4);
  const last = Math.min(listed.length, first + Math.ceil(box.clientHeight / RowHeight) + 9);
  let html = "";
  for (let k = first; k < last; k++) html += drawRow(k);
  byId("spacer").innerHTML = html;
  for (const row of byId("spacer").children) row.style.top = `${row.dataset.top}px`;
  box.setAttribute("aria-activedescendant", view.selected >= 0 ? `event-${view.selected}` : "");
}

function scrollToSelected() {
  const k = listed.indexOf(view.selected), box = byId("rows");
  if (k < 0) return;
  const top = k * RowHeight;
  if (top < box.scrollTop || top > box.scrollTop + box.clientHeight - RowHeight) box.scrollTop = top - box.clientHeight / 2;
}

// Up and down in the table.
function moveSelection(by) {
  const at = listed.indexOf(view.selected);
  const k = Math.min(Math.max(at < 0 ? lowerBound(listed.length, j => view.connection.events.time[listed[j]], view.from) : at + by, 0), listed.length - 1);
  if (k < 0) return;
  reveal(listed[k]);
  scrollToSelected();
}
