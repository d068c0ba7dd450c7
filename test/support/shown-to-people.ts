import type { KnownBlock, View } from "@slack/types";
import type { Desk, SilencePreview } from "../../src/bot/desk.ts";
import type { HomeView } from "../../src/bot/home-view.ts";
import type { IncidentView } from "../../src/bot/incident-view.ts";
import { escalationReply } from "../../src/bot/slack/deliver/escalation.ts";
import { answerCommand } from "../../src/bot/slack/listen/commands.ts";
import { renderAnswer } from "../../src/bot/slack/render/render-answer.ts";
import { renderDeclare, renderNote } from "../../src/bot/slack/render/render-declare.ts";
import { renderHome } from "../../src/bot/slack/render/render-home.ts";
import { renderIncident } from "../../src/bot/slack/render/render-incident.ts";
import { renderReject, renderReview } from "../../src/bot/slack/render/render-review.ts";
import { renderShare, renderShared } from "../../src/bot/slack/render/render-share.ts";
import {
  renderSilenceConfirm,
  renderSilenceForm,
  silenceChoices,
  silenceQuestion,
} from "../../src/bot/slack/render/render-silence.ts";
import { renderThread } from "../../src/bot/slack/render/render-thread.ts";

export interface ShownMessage {
  readonly what: string;
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Everything of one incident that Slack can come to show: messages, and views. `words` are what a person typed. */
export async function shownToPeople(
  view: IncidentView,
  desk: Desk,
  words: string,
): Promise<{ readonly messages: readonly ShownMessage[]; readonly views: readonly (readonly [string, View])[] }> {
  const by = { id: "slack:U1", name: words };
  const now = view.incident.onset + 3_600_000;
  const request = {
    matcher: silenceChoices(view)[0] ?? {},
    startsInMs: 0,
    durationMs: 3_600_000,
    reason: words.slice(0, 300),
  };
  const preview: SilencePreview = {
    matcher: request.matcher,
    from: now,
    until: now + 3_600_000,
    active: view.evidence.slice(0, 8).map(({ about, text }) => ({ target: about, summary: text })),
    more: 3,
    open: [view.incident],
    past: { matched: 1, of: 2, days: 7 },
  };
  const silence = {
    id: "3",
    cluster: "c",
    matcher: request.matcher,
    from: 0,
    until: now + 1,
    reason: words,
    by,
    createdAt: 0,
  };
  const home: HomeView = {
    now,
    cluster: view.incident.cluster,
    open: Array.from({ length: 10 }, () => view.incident),
    openTotal: 1_000,
    approvalsTotal: 40,
    approvals: view.fixes.slice(0, 5).map(({ recommendation }) => ({
      incidentId: view.incident.id,
      recommendationId: recommendation.id,
      planId: "p",
      digest: "d".repeat(64),
      title: recommendation.reason,
      diff: words,
      risk: recommendation.risk,
      have: 0,
      need: 2,
      mine: true,
      expiresAt: now,
    })),
    fixes: view.fixes.slice(0, 5).map(({ recommendation }) => ({
      incidentId: view.incident.id,
      title: recommendation.reason,
      at: now,
      outcome: "helped",
    })),
    silences: [silence, silence],
    health: [{ name: "Detection", state: "trouble", detail: words }],
    precision: { right: 3, wrong: 1, days: 30 },
    frozen: view.frozen,
  };
  const sentences = view.evidence.map(({ id, text }) => ({ text, kind: "inferred" as const, evidence: [id] }));
  const answer = renderAnswer({
    type: "answered",
    incidentId: view.incident.id,
    by: "model",
    note: words,
    sentences,
    evidence: view.evidence,
  });
  const call = escalationReply(
    { ...view, incident: { ...view.incident, status: "open", severity: "critical" } },
    { afterMs: 1, severities: ["critical"], groupName: words },
    now,
  );
  const here: Desk = {
    ...desk,
    view: async () => view,
    list: async () => [view.incident, view.incident],
    count: async () => 1_000,
    postmortem: async () => `# ${words}\n${view.evidence.map(({ text }) => text).join("\n")}`,
    silences: async () => [silence],
    previewSilence: async () => preview,
    health: async () => home.health,
    diagnose: async () =>
      view.diagnosis
        ? {
            type: "diagnosed",
            target: view.incident.target,
            diagnosis: view.diagnosis,
            recommendations: view.fixes.map(({ recommendation }) => recommendation),
            evidence: view.evidence,
          }
        : { type: "nothing", text: words },
  };
  const lines = [
    "list",
    "show 7",
    "timeline 7",
    "evidence 7",
    "postmortem 7",
    "silences",
    "silence #7 1h",
    "health",
    "diagnose x",
    words,
  ];
  const answers = await Promise.all(lines.map((line) => answerCommand(line, { desk: here, by, now, timeZone: "UTC" })));
  const messages: ShownMessage[] = [
    { what: "the message", ...renderIncident(view) },
    { what: "the message with a chart", ...renderIncident(view, { chartFileId: "F0123456789" }) },
    ...renderThread(view).map(({ key, text, blocks }) => ({ what: `reply ${key}`, text, blocks })),
    { what: "shared", ...renderShared(view, by) },
    { what: "an answer", ...answer },
    { what: "silence?", text: "silence?", blocks: silenceQuestion(preview, request) },
    ...(call ? [{ what: "a call for help", text: call.text, blocks: call.blocks }] : []),
    ...answers.map((one, i) => ({
      what: `/incident ${i < lines.length - 1 ? lines[i] : "(hostile)"}`,
      text: one.text,
      blocks: one.blocks ?? [],
    })),
  ];
  const views: (readonly [string, View])[] = [
    ["home", renderHome(home)],
    ["silence", renderSilenceForm(view)],
    ["silence preview", renderSilenceConfirm(preview, request)],
    ["declare", renderDeclare({ text: words })],
    ["note", renderNote({ text: words, incidents: [view.incident], here: view.incident.id })],
    ["share", renderShare(view)],
    [
      "show",
      {
        type: "modal",
        title: { type: "plain_text", text: "Incident" },
        blocks: [...renderIncident(view, { inForm: true }).blocks],
      },
    ],
    ...view.fixes.flatMap((fix): (readonly [string, View])[] => [
      ["review", renderReview(fix, { incidentId: view.incident.id })],
      ["reject", renderReject(fix, { incidentId: view.incident.id })],
    ]),
  ];
  return { messages, views };
}
