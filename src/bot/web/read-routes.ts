import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { causeTitles } from "../../incident/cause.ts";
import { severities } from "../../incident/severity.ts";
import { statusWords } from "../words.ts";
import type { Viewer } from "./admit.ts";
import { type IncidentForm, listHref, parseIncidentQuery, statusChoices } from "./incident-query.ts";
import type { PageKit } from "./page-kit.ts";
import type { IncidentList } from "./pages-port.ts";
import { layOut, nodeSize } from "./topology-layout.ts";

type Choice = { readonly value: string; readonly text: string; readonly chosen: boolean };

function choices(all: readonly string[], chosen: string | undefined, words: (value: string) => string): Choice[] {
  return all.map((value) => ({ value, text: words(value), chosen: value === chosen }));
}

const statusText = (status: string) =>
  status === "unresolved" ? "not resolved" : (statusWords[status as keyof typeof statusWords] ?? status);

function listData(form: IncidentForm, list: IncidentList, now: number) {
  const same = (text: string) => text;
  const named = (cause: string) => causeTitles[cause as keyof typeof causeTitles] ?? cause;
  return {
    ...list,
    now,
    search: form.q ?? "",
    filtered: Object.entries(form).some(([name, value]) => name !== "after" && value !== undefined),
    laterPages: form.after !== undefined,
    firstHref: listHref(form, {}),
    unresolvedHref: list.unresolved && list.unresolved.count > 0 ? listHref(form, { status: "unresolved" }) : undefined,
    nextHref: list.next && listHref(form, { after: `${list.next.openedAt}.${list.next.id}` }),
    filters: [
      { name: "status", label: "Status", choices: choices(statusChoices, form.status, statusText) },
      { name: "severity", label: "Severity", choices: choices(severities, form.severity, same) },
      { name: "namespace", label: "Namespace", choices: choices(list.choices.namespaces, form.namespace, same) },
      ...(list.choices.clusters.length > 1 || form.cluster
        ? [{ name: "cluster", label: "Cluster", choices: choices(list.choices.clusters, form.cluster, same) }]
        : []),
      { name: "cause", label: "Cause", choices: choices(list.choices.causes, form.cause, named) },
    ],
  };
}

const idOf = (request: FastifyRequest) => {
  const { id = "" } = request.params as { readonly id?: string };
  return /^\d{1,18}$/.test(id) ? id : undefined;
};

/** What can be read. Every route asks first who reads. */
export function readRoutes(scope: FastifyInstance, kit: PageKit): void {
  const { pages } = kit.options;
  const now = kit.options.now ?? Date.now;
  const read = (
    path: string,
    answer: (request: FastifyRequest, reply: FastifyReply, viewer: Viewer) => Promise<FastifyReply>,
  ) => {
    scope.get(path, async (request, reply) => {
      const viewer = await kit.admitted(request, reply);
      return viewer ? await answer(request, reply, viewer) : reply;
    });
  };
  const page = (path: string, title: string, load: () => Promise<unknown>) => {
    const section = path.slice(1);
    read(path, async (request, reply, viewer) =>
      kit.show(request, reply, { template: section, page: { title, section }, data: await load(), viewer }),
    );
  };
  const unknown = (request: FastifyRequest, reply: FastifyReply, viewer: Viewer) =>
    kit.refuse(
      request,
      reply,
      404,
      "There is no such incident, or it was deleted after the days that resolved incidents are kept (retention.incidentsDays).",
      viewer,
    );

  read("/", async (_request, reply) => reply.redirect("/incidents"));
  read("/incidents", async (request, reply, viewer) => {
    const { form, query } = parseIncidentQuery(request.query);
    const data = listData(form, await pages.incidents(query), now());
    return kit.show(request, reply, {
      template: "incidents",
      page: { title: "Incidents", section: "incidents" },
      data,
      viewer,
    });
  });
  read("/incidents/:id", async (request, reply, viewer) => {
    const id = idOf(request);
    const detail = id ? await pages.incident(id) : undefined;
    if (!detail) {
      const remembered = id ? await pages.remembered(id) : undefined;
      if (!remembered) return unknown(request, reply, viewer);
      const page = { title: `${remembered.id}: ${remembered.title}`, section: "incidents" };
      return kit.show(request, reply, { template: "remembered", page, data: { remembered }, viewer, status: 410 });
    }
    const { incident } = detail.view;
    return kit.show(request, reply, {
      template: "incident",
      page: { title: `${incident.id}: ${incident.title}`, section: "incidents" },
      data: {
        ...detail,
        now: now(),
        layout: detail.topology && detail.topology.nodes.length > 1 ? layOut(detail.topology) : undefined,
        nodeSize,
      },
      viewer,
    });
  });
  read("/incidents/:id/chart.json", async (request, reply) => {
    const id = idOf(request);
    const chart = id ? await pages.chart(id) : undefined;
    return chart ? reply.send(chart) : reply.code(404).send({ error: "nothing was measured, or nobody remembers" });
  });
  read("/incidents/:id/revision.json", async (request, reply) => {
    const id = idOf(request);
    const revision = id ? await pages.revision(id) : undefined;
    return revision === undefined ? reply.code(404).send({ error: "no such incident" }) : reply.send({ revision });
  });
  read("/incidents/:id/postmortem.md", async (request, reply, viewer) => {
    const id = idOf(request);
    const markdown = id ? await pages.postmortem(id) : undefined;
    if (markdown === undefined) return unknown(request, reply, viewer);
    return reply
      .type("text/markdown; charset=utf-8")
      .header("content-disposition", `attachment; filename="postmortem-${id}.md"`)
      .send(markdown);
  });
  page("/detectors", "Detectors", async () => ({ ...(await pages.detectors()), now: now() }));
  page("/models", "Models", () => pages.models());
  page("/experiments", "Experiments", async () => ({ rows: await pages.experiments() }));
  page("/risks", "Risks", async () => ({ rows: await pages.risks() }));
  page("/digest", "Digest", async () => ({ digest: await pages.digest() }));
}
