import { type GameDay, type GameDayEntry, type Share, summarize } from "./game-day.ts";
import { dayChart, detectionChart, escaped } from "./scoreboard-charts.ts";
import { scoreboardStyle } from "./scoreboard-style.ts";
import { timeSpanText } from "./time-span.ts";
import { scoreText } from "./words.ts";

const verdictTexts = {
  held: "hypothesis held",
  broken: "hypothesis broken",
  "not-tested": "not tested",
  aborted: "aborted",
  "not-run": "not run",
} as const;

type Mark = boolean | undefined;

/** What was asked of kubemend, in the order in which an incident goes. Undefined: was not asked, or nobody applied a fix. */
function marksOf({ expected, result }: GameDayEntry): readonly (readonly [string, Mark])[] {
  const score = result?.score;
  const borne = expected === "none";
  const asked = (mark: Mark) => (borne ? undefined : mark);
  return [
    [borne ? "no incident" : "noticed in time", score?.inTime],
    ["right cause", asked(score?.rightCause)],
    ["right culprit", asked(score?.rightCulprit)],
    ["right fix first", asked(score?.rightFix)],
    ["fix worked", asked(score?.fixWorked)],
    ["one incident, only this", score && score.falseMerges.length + score.split.length + score.foreign.length === 0],
  ];
}

const columns = ["in time", "cause", "culprit", "fix", "fix worked", "one incident"];
const markSign = (mark: Mark) => (mark === undefined ? "–" : mark ? "✓" : "✗");
const markWord = (mark: Mark) => (mark === undefined ? "not asked" : mark ? "yes" : "no");
const markKind = (mark: Mark) => (mark === undefined ? "none" : mark ? "yes" : "no");

function tile(label: string, value: string, kind: "yes" | "no" | "none"): string {
  return `<div class="tile ${kind}"><dt>${escaped(label)}</dt><dd>${escaped(value)}</dd></div>`;
}

function shareTile(label: string, { have, of }: Share): string {
  return of === 0 ? "" : tile(label, `${have} of ${of}`, have === of ? "yes" : "no");
}

function matrix(entries: readonly GameDayEntry[]): string {
  const rows = entries.map((entry) => {
    const cells = marksOf(entry).map(
      ([, mark]) =>
        `<td class="${markKind(mark)}"><span aria-hidden="true">${markSign(mark)}</span><span class="said">${markWord(mark)}</span></td>`,
    );
    return `<tr><th scope="row"><a href="#${escaped(entry.name)}">${escaped(entry.name)}</a></th>${cells.join("")}</tr>`;
  });
  const heads = columns.map((name) => `<th scope="col"><span>${name}</span></th>`);
  return `<table class="matrix"><thead><tr><th scope="col">experiment</th>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function details({ result }: GameDayEntry): string {
  if (!result) return "";
  const during = result.probes.during.map(
    ({ probe, asked, failed, detail }) =>
      `<li>${escaped(probe)}: ${failed === 0 ? `held, ${asked} times asked` : `failed ${failed} of ${asked} times (${escaped(detail)})`}</li>`,
  );
  const changes = result.changes.map(
    ({ target, what, restored, detail }) =>
      `<li>${escaped(target)}: ${escaped(what)} – ${restored === "restored" ? "put back" : restored === "not-made" ? "not made" : `<strong>${restored === "left" ? "left" : "not put back"}</strong>`}${detail ? ` (${escaped(detail)})` : ""}</li>`,
  );
  const lists = [
    ...(during.length > 0 ? [`<h4>Steady state while the fault was there</h4><ul>${during.join("")}</ul>`] : []),
    ...(changes.length > 0 ? [`<h4>What was changed</h4><ul>${changes.join("")}</ul>`] : []),
  ];
  return lists.length === 0 ? "" : `<details><summary>Probes and changes</summary>${lists.join("")}</details>`;
}

function residue({ openBefore = [] }: GameDayEntry): string {
  if (openBefore.length === 0) return "";
  const which = openBefore.length === 1 ? "Incident" : "Incidents";
  return `<p><strong>${which} ${escaped(openBefore.join(", "))} ${openBefore.length === 1 ? "was" : "were"} still open when it began</strong>: what kubemend made of it may belong to the trouble before.</p>`;
}

function card(entry: GameDayEntry): string {
  const { name, hypothesis, result, problems } = entry;
  const verdict = result?.verdict ?? "not-run";
  const run = entry.runId === undefined ? "" : `run ${entry.runId}`;
  const incident = result?.score?.incidentId === undefined ? "" : `incident ${result.score.incidentId}`;
  const chips = result?.score
    ? `<ul class="chips">${marksOf(entry)
        .filter(([, mark]) => mark !== undefined)
        .map(([label, mark]) => `<li class="${markKind(mark)}">${markSign(mark)} ${escaped(label)}</li>`)
        .join("")}</ul><p>kubemend: ${escaped(scoreText(result.score))}.</p>`
    : "";
  return `<article id="${escaped(name)}"><header><h3>${escaped(name)}</h3><span class="badge ${verdict}">${verdictTexts[verdict]}</span></header>
<p class="hypothesis">${escaped(hypothesis)}</p>
<p>${escaped(result ? result.reason : problems.join("; "))}${result?.clean === false ? " <strong>Not everything is put back.</strong>" : ""}</p>
${residue(entry)}${chips}${details(entry)}
<p class="quiet">${[run, incident].filter(Boolean).map(escaped).join(", ")}</p></article>`;
}

/** A page that needs nothing else: no script, no file, no address. Everything that is not ours is escaped. */
export function scoreboardHtml(day: GameDay): string {
  const sums = summarize(day);
  const date = new Date(day.startedAt).toISOString().slice(0, 16).replace("T", " ");
  const title = `Game day of ${escaped(day.cluster)}`;
  const odd = sums.falseMerges + sums.split + sums.foreign;
  const detection = detectionChart(day.entries);
  const course = dayChart(day);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${title}, ${date} UTC</title><style>${scoreboardStyle}</style></head><body>
<h1>${title}</h1>
<p class="quiet">${date} UTC, ${escaped(timeSpanText(day.endedAt - day.startedAt))}. ${sums.run} of ${sums.experiments} experiments were run.</p>
${sums.clean ? "" : '<p class="alarm" role="alert"><strong>Not everything is put back.</strong> Run: kubemend chaos restore</p>'}
<h2>How the system did</h2>
<dl class="tiles">${tile("hypotheses held", `${sums.held} of ${sums.run}`, sums.held === sums.run ? "yes" : "no")}${sums.run === sums.experiments ? "" : tile("not run", String(sums.experiments - sums.run), "no")}</dl>
<h2>How kubemend did</h2>
<dl class="tiles">
${shareTile("noticed in time", sums.inTime)}${shareTile("right cause", sums.rightCause)}${shareTile("right culprit", sums.rightCulprit)}
${shareTile("right fix offered first", sums.rightFix)}${shareTile("fix worked when applied", sums.fixWorked)}${shareTile("no incident where none was due", sums.quiet)}
${sums.medianDetectionMs === null ? "" : tile("median until noticed", timeSpanText(sums.medianDetectionMs), "none")}
${tile("incidents too many", String(odd), odd === 0 ? "yes" : "no")}
</dl>
${odd === 0 ? "" : `<p>${sums.falseMerges} that hold other trouble too, ${sums.split} more than one for a fault, ${sums.foreign} that do not belong.</p>`}
${matrix(day.entries)}
${detection && `<h2>Time until it noticed</h2><p class="quiet">The mark is the time that the experiment allows.</p>${detection}`}
${course && `<h2>The day</h2><p class="quiet"><span class="key fault"></span> fault in the cluster <span class="key settling"></span> put back, until steady again <span class="key limit"></span> noticed. Times in UTC.</p>${course}`}
<h2>Experiments</h2>
${day.entries.map(card).join("\n")}
</body></html>
`;
}
