import type { ChaosPort, DigestPort, Operations, WebPort } from "../../bot/desk.ts";
import { createDeclareDesk, type DeclareDeps } from "./declare-incident.ts";
import { healthOf, homeOf } from "./home-of.ts";
import { lookAtWorkload } from "./look-at-workload.ts";
import { createSilenceDesk, type SilenceDeskDeps } from "./silence-desk.ts";

export interface OperationsDeps extends DeclareDeps, Pick<SilenceDeskDeps, "maySilence"> {
  readonly digest?: DigestPort | undefined;
  readonly chaos?: ChaosPort | undefined;
  readonly web?: WebPort | undefined;
}

/** What people do beside deciding about fixes. */
export function createOperations(deps: OperationsDeps): Operations {
  return {
    ...createDeclareDesk(deps),
    ...createSilenceDesk(deps),
    diagnose: (workload) => lookAtWorkload(deps, workload),
    home: (by) => homeOf(deps, by),
    health: () => healthOf(deps),
    ...(deps.digest ? { digest: deps.digest } : {}),
    ...(deps.chaos ? { chaos: deps.chaos } : {}),
    ...(deps.web ? { web: deps.web } : {}),
  };
}
