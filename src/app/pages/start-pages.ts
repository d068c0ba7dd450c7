import type { Desk, WebPort } from "../../bot/desk.ts";
import type { PagesOptions } from "../../bot/web/page-kit.ts";
import type { DetectorsOverview, PagesPort } from "../../bot/web/pages-port.ts";
import { makeSignInLink } from "../../bot/web/sign-in-routes.ts";
import { createSigner } from "../../bot/web/signer.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { Config } from "../../config/config.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { leaveMailAlone, mailStateOf, takeMailAgain } from "../../store/people/mail.ts";
import {
  endSession,
  keepLink,
  linkOf,
  openSession,
  sessionOf,
  takeLink,
  webKey,
} from "../../store/people/web-sign-in.ts";
import type { Watching } from "../desk/watching.ts";
import { createPictures, keepPictures } from "./keep-pictures.ts";
import { createPagePeople, type PagePeopleDeps } from "./page-people.ts";
import { createPages } from "./pages.ts";

export interface StartPagesDeps {
  readonly config: Config;
  readonly database: Database;
  readonly desk: Desk;
  readonly watching: Watching;
  readonly observation: Observation;
  readonly topology: () => Topology;
  readonly incidents: () => readonly Incident[];
  readonly drops: () => DetectorsOverview["drops"];
  readonly redact: Redact;
  readonly slack: PagePeopleDeps["slack"];
  readonly digest?: PagesPort["digest"];
  readonly experiments?: PagesPort["experiments"];
  readonly clock: Clock;
  readonly log: Logger;
}

export interface StartedPages {
  /** For the web server. */
  readonly options: PagesOptions;
  /** Keeps what the pages draw, until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** What answers `/incident web`; undefined where people do not sign in by Slack. */
export function webPortOf(deps: { readonly config: Config; readonly database: Database }): WebPort | undefined {
  const { url, signIn, sessionKey } = deps.config.web;
  if (!signIn.slackLinks || url === undefined) return undefined;
  const { database } = deps;
  return {
    async signInLink({ id }) {
      const slackUser = /^slack:(\w+)$/.exec(id)?.[1];
      if (!slackUser) return undefined;
      const signer = createSigner(sessionKey ?? (await webKey(database)));
      return makeSignInLink({ signer, url, sessions: { keepLink: (link) => keepLink(database, link) } }, slackUser);
    },
  };
}

/** Puts the pages together: what they show, who may see it, who may decide. */
export async function startPages(deps: StartPagesDeps): Promise<StartedPages> {
  const { config, database, desk, clock, log } = deps;
  const { web } = config;
  const signedIn = web.signIn.slackLinks || web.signIn.proxy !== undefined;
  // Otherwise people meet a refusal and have to look for its reason.
  if (!signedIn && !["127.0.0.1", "localhost", "::1"].includes(web.host))
    log.info({ remedy: "set web.signIn, see docs/web.md" }, "web.pages-for-this-machine-only");
  const pictures = createPictures({ observation: deps.observation, topology: deps.topology, clock });
  const pages = createPages({
    cluster: config.cluster,
    database,
    desk,
    watching: deps.watching,
    pictures,
    redact: deps.redact,
    clock,
    drops: deps.drops,
    models: {
      forecaster: config.detection.model,
      health: config.health.model,
      language:
        config.model.apiKey || config.model.baseUrl
          ? `${config.model.name}${config.model.baseUrl ? ` at ${new URL(config.model.baseUrl).host}` : ""}`
          : undefined,
    },
    digest: deps.digest,
    experiments: deps.experiments,
  });
  return {
    options: {
      cluster: config.cluster,
      pages,
      signer: createSigner(web.sessionKey ?? (await webKey(database))),
      sessions: {
        keepLink: (link) => keepLink(database, link),
        linkOf: (hash) => linkOf(database, hash),
        takeLink: (hash) => takeLink(database, hash),
        openSession: (session) => openSession(database, session),
        sessionOf: (hash) => sessionOf(database, hash),
        endSession: (hash) => endSession(database, hash),
      },
      signIn: {
        slackLinks: web.signIn.slackLinks,
        sessionHours: web.signIn.sessionHours,
        ...(web.signIn.proxy ? { proxy: web.signIn.proxy } : {}),
      },
      url: web.url,
      people: createPagePeople({ slack: deps.slack }),
      decisions: web.approvals ? desk : undefined,
      mail: {
        stateOf: (address) => mailStateOf(database, config.email.to, address),
        leaveAlone: (address) => leaveMailAlone(database, address),
        takeAgain: (address) => takeMailAgain(database, address),
      },
      log,
      now: () => clock.now(),
    },
    run: (signal) => keepPictures({ database, pictures, incidents: deps.incidents, clock, log, signal }),
  };
}
