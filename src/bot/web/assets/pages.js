// Everything works without this file but the charts: it writes times in the reader's zone and draws measurements.

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** `today, 9:29:08 AM`: who looks at night need not compare dates. */
function moment(at) {
  const day = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((day(new Date()) - day(at)) / 86_400_000);
  const near = ["today", "yesterday"][days];
  return near ? `${near}, ${clock.format(at)}` : full.format(at);
}

/** A time of day is enough where the day is that of the page's beginning: an incident may last over midnight. */
const begin = new Date(document.querySelector(".verdict time")?.dateTime ?? Date.now());
const sameDay = (at) => at.toDateString() === begin.toDateString();

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  time.title = `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  time.textContent = time.dataset.style === "clock" && sameDay(at) ? clock.format(at) : moment(at);
}
for (const zone of document.querySelectorAll("[data-zone]"))
  zone.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone || "your time zone";

/** j and k go down and up in the list, as in mail; Enter opens, as it does with any link. Never while somebody types. */
const listed = [...document.querySelectorAll("table.list tbody th a")];
function walk(event) {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest("input, select, textarea")) return;
  const at = listed.indexOf(document.activeElement);
  event.preventDefault();
  listed[at < 0 ? 0 : Math.min(listed.length - 1, Math.max(0, at + step))].focus();
}
if (listed.length > 0) document.addEventListener("keydown", walk);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The colour behind a custom property, as a canvas understands it: light or dark is decided by the page. */
function colour(name) {
  const probe = element("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const units = {
  bytes: { scale: 1 / 2 ** 20, text: "MiB" },
  ratio: { scale: 100, text: "%" },
  s: { scale: 1000, text: "ms" },
};
const markColours = { onset: "red", change: "quiet", fix: "blue", recovery: "green" };
const number = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });

/** Narrower than this, a chart has no words at its marks; below the charts they stand as well. */
const narrowPx = 420;
const chartHeight = 210;
const rowHeight = 16;
/** Room above the lines for a row of words a mark: on them they would hide what is measured. */
const roomFor = (marks, width) => (width < narrowPx ? 0 : marks.length * rowHeight);

/** Vertical rules; their words stand above the chart, those of an earlier one higher. */
function marksPlugin(marks, worded) {
  return {
    hooks: {
      draw(chart) {
        const { ctx, bbox } = chart;
        const ratio = devicePixelRatio || 1;
        const right = bbox.left + bbox.width;
        const seen = marks
          .map((mark, i) => ({
            ...mark,
            x: chart.valToPos(mark.at / 1000, "x", true),
            top: bbox.top - (worded ? (marks.length - i) * rowHeight * ratio : 0),
          }))
          .filter(({ x }) => x >= bbox.left && x <= right);
        ctx.save();
        ctx.font = `600 ${12 * ratio}px system-ui, "DejaVu Sans", sans-serif`;
        ctx.textBaseline = "top";
        ctx.textAlign = "left";
        ctx.lineWidth = 1.5 * ratio;
        ctx.setLineDash([5 * ratio, 4 * ratio]);
        for (const { kind, x, top } of seen) {
          ctx.strokeStyle = colour(markColours[kind]);
          ctx.beginPath();
          ctx.moveTo(x, top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
        for (const { kind, label, x, top } of worded ? seen : []) {
          const wide = ctx.measureText(label).width;
          const from = x + wide + 8 * ratio > right ? x - wide - 4 * ratio : x + 4 * ratio;
          // The rule of another one may pass here.
          ctx.fillStyle = colour("back");
          ctx.fillRect(from, top, wide, rowHeight * ratio);
          ctx.fillStyle = colour(markColours[kind]);
          ctx.fillText(label, from, top + 2 * ratio);
        }
        ctx.restore();
      },
    },
  };
}

function options(uPlot, panel, data, width) {
  const unit = units[panel.unit] ?? { scale: 1, text: panel.unit };
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("grid"), width: 1 },
    ticks: { stroke: colour("grid") },
  };
  const shown = (value) => (value === null || value === undefined ? "" : `${number.format(value)} ${unit.text}`);
  const room = roomFor(data.marks, width);
  return {
    width,
    height: chartHeight + room,
    padding: [room + 8, null, null, null],
    cursor: { sync: { key: "incident" }, drag: { x: true, y: false } },
    scales: {
      x: { time: true },
      y: { range: (_chart, low, high) => uPlot.rangeNum(Math.min(0, low ?? 0), high || 1, 0.1, true) },
    },
    axes: [
      {
        ...axis,
        size: 34,
        space: 96,
        values: (_chart, ticks) => ticks.map((tick) => clock.format(new Date(tick * 1000))),
      },
      { ...axis, size: 64, values: (_chart, ticks) => ticks.map((tick) => number.format(tick)) },
    ],
    series: [
      { label: "time", value: (_chart, at) => (at ? clock.format(new Date(at * 1000)) : "") },
      ...panel.lines.map((line, i) => ({
        label: line.label,
        stroke: colour(line.bound ? "quiet" : `line-${(i % 6) + 1}`),
        // A limit holds until it is changed.
        ...(line.bound ? { dash: [6, 4], paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        width: 2,
        spanGaps: true,
        points: { show: false },
        value: (_chart, value) => shown(value),
      })),
    ],
    plugins: [marksPlugin(data.marks, room > 0)],
  };
}

function valuesOf(uPlot, panel) {
  const scale = units[panel.unit]?.scale ?? 1;
  return uPlot.join(
    panel.lines.map((line) => [line.points.map(({ at }) => at / 1000), line.points.map(({ value }) => value * scale)]),
  );
}

function rangeText(panel) {
  const unit = units[panel.unit] ?? { scale: 1, text: panel.unit };
  const values = panel.lines.flatMap((line) => line.points.map(({ value }) => value * unit.scale));
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return `From ${number.format(low)} to ${number.format(high)} ${unit.text}. ${panel.lines.map((line) => line.label).join(", ")}.`;
}

function draw(uPlot, place, measured) {
  const data = { ...measured, marks: [...measured.marks].sort((a, b) => a.at - b.at) };
  const charts = [];
  const around = 3 * 60_000;
  const onset = data.marks.find((mark) => mark.kind === "onset");
  const zoom = (from, to) => () => {
    for (const chart of charts) chart.setScale("x", { min: from / 1000, max: to / 1000 });
  };
  const button = (text, act) => {
    const made = element("button", { type: "button", textContent: text });
    made.addEventListener("click", act);
    return made;
  };
  const range = element("div", { className: "range" }, button("Whole time", zoom(data.from, data.to)));
  if (onset) range.append(button("Around the onset", zoom(onset.at - around, onset.at + around)));
  const marks = element(
    "ul",
    { className: "marks" },
    ...data.marks.map((mark) =>
      element("li", { className: mark.kind }, `${mark.label}, ${clock.format(new Date(mark.at))}`),
    ),
  );
  place.replaceChildren(range);
  data.panels.forEach((panel, i) => {
    const unit = units[panel.unit]?.text ?? panel.unit;
    const said = !unit || /(?:a|per) second$/.test(panel.title);
    const title = element("h3", { textContent: said ? panel.title : `${panel.title} (${unit})`, id: `panel-${i}` });
    const figure = element("figure");
    const holder = element("div");
    holder.setAttribute("role", "img");
    holder.setAttribute("aria-label", `${panel.title}. ${rangeText(panel)}`);
    figure.append(title, holder);
    place.append(figure);
    const chart = new uPlot(options(uPlot, panel, data, holder.clientWidth), valuesOf(uPlot, panel), holder);
    charts.push(chart);
    new ResizeObserver(() => {
      if (holder.clientWidth !== chart.width) chart.setSize({ width: holder.clientWidth, height: chart.height });
    }).observe(holder);
  });
  zoom(data.from, data.to)();
  place.append(marks);
  place.dataset.drawn = String(charts.length);
}

/** Whether somebody presses at this moment: what comes up under a finger takes the click away. */
let pressed = false;
document.addEventListener("pointerdown", ({ isPrimary }) => {
  pressed ||= isPrimary;
});
for (const end of ["pointerup", "pointercancel", "dragend", "blur"])
  addEventListener(end, ({ type, target }) => {
    // The click follows the release. A control that loses the focus may still be under the finger.
    if (type !== "blur" || target === window) setTimeout(() => dispatchEvent(new Event("released")), 0);
  });
addEventListener("released", () => {
  pressed = false;
});
const released = () =>
  pressed ? new Promise((done) => addEventListener("released", done, { once: true })) : Promise.resolve();

/** Says that there is news instead of changing what somebody is reading. */
const news = document.querySelector("[data-revision]");
const newsEveryMs = 10_000;
async function lookForNews() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(news.dataset.ask, { headers: { accept: "application/json" } });
      const { revision } = answer.ok ? await answer.json() : {};
      if (revision !== undefined && String(revision) !== news.dataset.revision) {
        await released();
        news.hidden = false;
        return;
      }
    } catch {
      // The server is away for a moment; the next look may find it.
    }
  }
  setTimeout(lookForNews, newsEveryMs);
}
if (news) setTimeout(lookForNews, newsEveryMs);

/** A large topology is seen from where the trouble comes. */
const culprit = document.querySelector(".topology .culprit rect");
const map = culprit?.closest(".scroll");
if (culprit && map) {
  const [own, around] = [culprit.getBoundingClientRect(), map.getBoundingClientRect()];
  map.scrollLeft += own.left + own.width / 2 - around.left - around.width / 2;
  map.scrollTop += own.top + own.height / 2 - around.top - around.height / 2;
}

const place = document.querySelector("[data-chart]");
if (place) {
  const say = (text) => place.replaceChildren(element("p", { className: "empty", textContent: text }));
  try {
    const answer = await fetch(place.dataset.chart, { headers: { accept: "application/json" } });
    if (answer.status === 404) say("Nothing was measured that shows this incident; the evidence below does.");
    else if (!answer.ok)
      say(`The measurements could not be read (${answer.status}). Load the page again to try once more.`);
    else {
      const data = await answer.json();
      const { default: uPlot } = await import(place.dataset.library);
      draw(uPlot, place, data);
      // Paper is light, whatever the screen was.
      for (const media of ["(prefers-color-scheme: dark)", "print"])
        matchMedia(media).addEventListener("change", () => draw(uPlot, place, data));
    }
  } catch (error) {
    say("The charts could not be drawn. Load the page again to try once more.");
    console.error(error);
  }
}
