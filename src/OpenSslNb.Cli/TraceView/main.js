// Wires the page up.
function chip(group, text, isOn, toggle) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.setAttribute("aria-pressed", isOn);
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", toggle());
    refilter();
  });
  byId(group).append(button);
}

function flip(set, items) {
  const isOn = !set.has(items[0]);
  items.forEach(item => isOn ? set.add(item) : set.delete(item));
  return isOn;
}

function refilter() {
  match();
  listEvents();
  changed();
}

function select(number) {
  open(number);
  view.goneTo = null;
  drawConnections();
  drawFacts();
  listEvents();
  const none = view.connection.crossed.length === 0;
  byId("previous").disabled = byId("next").disabled = none;
  location.replace(`#${number}`);
}

function drawLegend() {
  const swatch = (kind, text) => `<span><svg viewBox="0 0 18 12"><rect class="bar ${kind}" x="1" y="1" width="16" height="10"/>${kind.includes("crossed") ? `<rect class="hatch" x="1" y="1" width="16" height="10"/>` : ""}</svg>${text}</span>`;
  const mark = (svg, text) => `<span><svg viewBox="0 0 18 12">${svg}</svg>${text}</span>`;
  byId("legend").innerHTML = swatch("want-read", "blocked, wants Read") + swatch("want-write", "blocked, wants Write") + swatch("want-app", "waits for the application") + swatch("want-write crossed", "crossed want") + swatch("paused", "reading paused")
    + mark(`<rect class="tick" x="3" y="3" width="5" height="6"/><rect class="tick blocked" x="11" y="3" width="5" height="6"/>`, "attempt: done, blocked")
    + mark(`<path class="chip" d="M9 1l4.5 5l-4.5 5l-4.5 -5z"/>`, "handshake message") + mark(`<path class="chip Alert" d="M9 1l4.5 5l-4.5 5l-4.5 -5z"/>`, "alert")
    + mark(`<rect class="tick record" x="7" y="2" width="3" height="8"/>`, "record") + mark(`<rect class="wire-out" x="3" y="1" width="4" height="5"/><rect class="wire-in" x="10" y="6" width="4" height="5"/>`, "sent and queued, received and delivered");
}

function hover(event) {
  const svg = byId("timeline"), x = event.clientX - svg.getBoundingClientRect().left, cursor = byId("cursor"), time = byId("cursor-time");
  const inside = x >= Gutter && x <= view.width - RightMargin;
  cursor.setAttribute("visibility", inside ? "visible" : "hidden");
  time.setAttribute("visibility", inside ? "visible" : "hidden");
  cursor.setAttribute("x1", x);
  cursor.setAttribute("x2", x);
  time.setAttribute("x", Math.min(x, view.width - 40));
  time.textContent = formatTime(timeOf(x));
  svg.querySelectorAll(".axis").forEach(label => label.classList.toggle("covered", inside && Math.abs(label.getAttribute("x") - x) < 66));
  svg.querySelectorAll(".hot").forEach(hot => hot.classList.remove("hot"));
  const description = event.target.dataset && describe(event.target);
  if (!description) return hideTip();
  event.target.classList.add("hot");
  showTip(description, event.clientX, event.clientY);
}

function wireTimeline() {
  const svg = byId("timeline");
  let drag = null;
  svg.addEventListener("wheel", event => {
    const x = event.clientX - svg.getBoundingClientRect().left;

    // On the names of the lanes the wheel scrolls, where not all lanes fit.
    if (x < Gutter) return;
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan((event.deltaX || event.deltaY) / plotWidth());
    else zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 240))), timeOf(x));
  }, { passive: false });
  svg.addEventListener("pointerdown", event => { drag = { x: event.clientX, from: view.from, to: view.to, moved: false, target: event.target }; svg.setPointerCapture(event.pointerId); });
  svg.addEventListener("pointermove", event => {
    if (!drag) return hover(event);
    drag.moved ||= Math.abs(event.clientX - drag.x) > 3;
    const by = (drag.x - event.clientX) / plotWidth() * (drag.to - drag.from);
    if (drag.moved) { svg.classList.add("dragging"); hideTip(); show(drag.from + by, drag.to + by); }
  });
  svg.addEventListener("pointerup", () => { if (drag && !drag.moved) choose(drag.target); drag = null; svg.classList.remove("dragging"); });
  svg.addEventListener("pointerleave", () => { hideTip(); byId("cursor").setAttribute("visibility", "hidden"); byId("cursor-time").setAttribute("visibility", "hidden"); svg.querySelectorAll(".covered").forEach(label => label.classList.remove("covered")); });
  svg.addEventListener("dblclick", event => zoom(0.25, timeOf(event.clientX - svg.getBoundingClientRect().left)));
}

// A click on a mark selects its event, on a bar the attempt that began it.
function choose(element) {
  const { lane, bar, first } = element.dataset ?? {};
  const { events, inLane, bars } = view.connection;
  if (first !== undefined) view.selected = inLane[lane][first];
  else if (bar !== undefined) view.selected = inLane[lane].findLast(i => events.time[i] <= bars[lane][bar].from) ?? -1;
  else return;
  scrollToSelected();
  changed();
}

function wireMinimap() {
  const svg = byId("minimap");
  let start = null;
  const at = event => { const [first, last] = extent(); return first + (event.clientX - svg.getBoundingClientRect().left - 16) / svg.dataset.width * (last - first); };
  svg.addEventListener("pointerdown", event => {
    svg.setPointerCapture(event.pointerId);
    const time = at(event);
    start = { time, grab: time > view.from && time < view.to && view.to - view.from < (extent()[1] - extent()[0]) * 0.98 ? time - view.from : null };
    if (start.grab === null) pan((time - (view.from + view.to) / 2) / (view.to - view.from));
  });
  svg.addEventListener("pointermove", event => {
    if (!start) return;
    const time = at(event);
    if (start.grab !== null) show(time - start.grab, time - start.grab + view.to - view.from);
    else if (Math.abs(time - start.time) > 0) show(Math.min(time, start.time), Math.max(time, start.time));
  });
  svg.addEventListener("pointerup", () => { start = null; });
}

const keys = {
  ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15), "+": () => zoom(0.6), "=": () => zoom(0.6), "-": () => zoom(1 / 0.6), 0: fit, f: fit,
  n: () => goToCrossed(1), p: () => goToCrossed(-1), "/": () => byId("filter").focus(),
};

function wireKeys() {
  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    if (event.target === byId("rows") && (event.key === "ArrowUp" || event.key === "ArrowDown")) moveSelection(event.key === "ArrowUp" ? -1 : 1);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
  });
  Object.entries({ previous: () => goToCrossed(-1), next: () => goToCrossed(1), out: () => zoom(1 / 0.6), in: () => zoom(0.6), fit }).forEach(([id, action]) => byId(id).addEventListener("click", action));
}

function wireLists() {
  byId("connections").addEventListener("click", event => { const button = event.target.closest("button"); if (button) select(+button.dataset.number); });
  byId("find").addEventListener("input", drawConnections);
  byId("filter").addEventListener("input", event => { view.text = event.target.value; refilter(); });
  byId("rows").addEventListener("scroll", drawRows);
  byId("rows").addEventListener("pointerenter", () => { isPointerOverRows = true; });
  byId("rows").addEventListener("pointerleave", () => { isPointerOverRows = false; });
  byId("rows").addEventListener("click", event => { const row = event.target.closest(".event"); if (row) reveal(+row.dataset.event); });
  byId("theme").addEventListener("click", () => {
    const isDark = document.documentElement.classList.contains("dark") || (!document.documentElement.classList.contains("light") && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.className = isDark ? "light" : "dark";
  });
}

[["Application", [0]], ["Handshake", [1]], ["Read", [2]], ["Write", [3]], ["Shutdown", [4]], ["Messages", [5, 6]], ["Transport", [7]]].forEach(([text, lanes]) => chip("lanes", text, true, () => flip(view.lanes, lanes)));
[["wants Read", "want-read"], ["wants Write", "want-write"], ["wants application", "want-app"], ["paused", "paused"]].forEach(([text, kind]) => chip("wants", text, true, () => flip(view.wants, [kind])));
chip("wants", "crossed only", false, () => view.crossedOnly = !view.crossedOnly);
const sum = of => trace.connections.reduce((total, c) => total + of(c), 0);
const counted = (count, noun) => `${number.format(count)} ${noun}${count === 1 ? "" : "s"}`;
byId("summary").textContent = `${counted(trace.connections.length, "connection")}, ${counted(sum(c => c.events), "event")}, ${formatSpan(trace.duration)}, ${counted(sum(c => c.crossed), "crossed want")}`;
listeners.push(drawTimeline, drawMinimap, followTimeline, drawRows);
new ResizeObserver(([entry]) => { view.width = Math.max(300, entry.contentRect.width); changed(); }).observe(byId("chart"));
wireTimeline();
wireMinimap();
wireKeys();
wireLists();
drawLegend();
view.width = Math.max(300, byId("chart").clientWidth);
const asked = trace.connections.find(c => `#${c.number}` === location.hash);
select((asked ?? trace.connections.find(c => c.crossed > 0) ?? trace.connections[0]).number);
