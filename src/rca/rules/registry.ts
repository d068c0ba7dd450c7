import type { Rule } from "../case/candidate.ts";
import { asksMore } from "./asks-more.ts";
import { autoscaler } from "./autoscaler.ts";
import { badConfig } from "./bad-config.ts";
import { blocked } from "./blocked.ts";
import { certificate } from "./certificate.ts";
import { changedArguments } from "./changed-arguments.ts";
import { cpu } from "./cpu.ts";
import { degraded } from "./degraded.ts";
import { dependencyDown } from "./dependency-down.ts";
import { forecasts } from "./forecasts.ts";
import { givenUpStatements } from "./given-up-statements.ts";
import { hanging } from "./hanging.ts";
import { image } from "./image.ts";
import { jobs } from "./jobs.ts";
import { memory } from "./memory.ts";
import { missingConfig } from "./missing-config.ts";
import { missingEnv } from "./missing-env.ts";
import { network } from "./network.ts";
import { permission } from "./permission.ts";
import { podNetwork } from "./pod-network.ts";
import { pool } from "./pool.ts";
import { probes } from "./probes.ts";
import { quota } from "./quota.ts";
import { reconfiguredCallee } from "./reconfigured-callee.ts";
import { release } from "./release.ts";
import { resize } from "./resize.ts";
import { routes } from "./routes.ts";
import { nodes, scheduling } from "./scheduling.ts";
import { service } from "./service.ts";
import { slowByLogs } from "./slow-by-logs.ts";
import { slowDependency } from "./slow-dependency.ts";
import { start } from "./start.ts";
import { storage } from "./storage.ts";
import { upstream } from "./upstream.ts";

/** Every rule, the ones with the most exact evidence first: the book of evidence fills in this order. */
export const rules: Readonly<Record<string, Rule>> = {
  image,
  missingConfig,
  missingEnv,
  start,
  memory,
  scheduling,
  nodes,
  resize,
  quota,
  blocked,
  podNetwork,
  storage,
  forecasts,
  service,
  routes,
  dependencyDown,
  upstream,
  badConfig,
  reconfiguredCallee,
  changedArguments,
  pool,
  permission,
  probes,
  cpu,
  release,
  asksMore,
  slowDependency,
  slowByLogs,
  hanging,
  givenUpStatements,
  network,
  certificate,
  jobs,
  autoscaler,
  degraded,
};
