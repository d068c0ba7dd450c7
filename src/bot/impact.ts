import type { Anomaly } from "../incident/anomaly.ts";
import { type ObjectRef, refText, sameRef } from "../incident/object-ref.ts";
import type { IncidentView } from "./incident-view.ts";

export interface Hurt {
  readonly ref: ObjectRef;
  /** What its users feel, in words: "about one in four requests fails"; absent when nothing is measured, or when it is over. */
  readonly felt?: string;
}

/**
 * Shares and factors in steps that people tell apart: the message must not be edited because 24 % became 26 %, and each edit
 * counts against Slack's limit.
 */
const shares = [
  [0.9, "nearly all requests fail"],
  [0.62, "most requests fail"],
  [0.37, "about half the requests fail"],
  [0.15, "about one in four requests fails"],
  [0.05, "about one in ten requests fails"],
  [0, "a few requests fail"],
] as const;
const factors = [100, 30, 10, 5, 3, 2] as const;
const unmeasured = shares.length + factors.length + 1;

interface Felt {
  readonly words: string;
  /** 0 for the worst. */
  readonly rank: number;
}

/** What is felt of one anomaly, from its figures alone: its own words may quote logs. */
function feltOf({ reason, value, expected }: Anomaly): Felt | undefined {
  if (value === undefined) return undefined;
  if (reason === "error-ratio") {
    const rank = shares.findIndex(([from]) => value >= from);
    return { words: (shares[rank] ?? shares[5])[1], rank: rank < 0 ? shares.length : rank };
  }
  if (reason !== "latency" || !expected) return undefined;
  const at = factors.findIndex((one) => value >= one * expected);
  return {
    words: at < 0 ? "slower than usual" : `more than ${factors[at]} times slower than usual`,
    rank: shares.length + (at < 0 ? factors.length : at),
  };
}

/** Who suffers beside the culprit, with what their users feel now; the worst first. */
export function impactOf({ incident, diagnosis }: IncidentView): readonly Hurt[] {
  const refs = diagnosis?.blastRadius ?? incident.affected.filter((ref) => !sameRef(ref, incident.target));
  const active = incident.status === "resolved" ? [] : incident.anomalies.filter(({ endsAt }) => endsAt === undefined);
  return refs
    .map((ref) => {
      const own = active.filter(({ target }) => sameRef(target, ref)).flatMap((one) => feltOf(one) ?? []);
      return { ref, felt: own.sort((a, b) => a.rank - b.rank)[0] };
    })
    .sort((a, b) => (a.felt?.rank ?? unmeasured) - (b.felt?.rank ?? unmeasured))
    .map(({ ref, felt }) => (felt ? { ref, felt: felt.words } : { ref }));
}

/** What runs an application is meant where nothing is said; the rest is named with its kind. */
const plainKinds: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);
const nameOf = (ref: ObjectRef) =>
  plainKinds.has(ref.kind) && ref.namespace ? `${ref.namespace}/${ref.name}` : refText(ref);

/**
 * Who else is hurt, in one line, who feels the same together: `shop/orders – most requests fail; shop/frontend`. Undefined when
 * nobody is.
 */
export function impactText(
  view: IncidentView,
  { most, text }: { readonly most: number; readonly text: (text: string, limit: number) => string },
): { readonly count: number; readonly words: string } | undefined {
  const hurt = impactOf(view);
  if (hurt.length === 0) return undefined;
  const groups: { felt: string | undefined; names: string[] }[] = [];
  for (const { ref, felt } of hurt.slice(0, most)) {
    const last = groups.at(-1);
    if (last && last.felt === felt) last.names.push(text(nameOf(ref), 120));
    else groups.push({ felt, names: [text(nameOf(ref), 120)] });
  }
  const words = groups.map(({ felt, names }) => `${names.join(", ")}${felt ? ` – ${felt}` : ""}`).join("; ");
  return { count: hurt.length, words: `${words}${hurt.length > most ? `; and ${hurt.length - most} more` : ""}` };
}
