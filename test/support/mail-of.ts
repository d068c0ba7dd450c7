import { incidentMail } from "../../src/bot/email/incident-mail.ts";
import type { IncidentView } from "../../src/bot/incident-view.ts";
import { clean } from "./incident-view.ts";

/** The mail that tells of an incident, to somebody in Berlin. */
export const mailOf = (view: IncidentView) =>
  incidentMail(view, {
    what: view.incident.resolvedAt === undefined ? "opened" : "resolved",
    title: clean(view.incident.title),
    timeZone: "Europe/Berlin",
    from: "kubemend@example.com",
    installation: "test",
    links: [],
    chart: undefined,
  });
