import { imageReference } from "../../cluster/image-reference.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { type Candidate, candidate, type Rule } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { eventFinding } from "../gather/events.ts";
import { imagePair } from "../gather/field-words.ts";
import { podFinding } from "../gather/object-state.ts";
import { called, citeChange, lastFields } from "./patterns.ts";

const waiting = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
]);
const absent =
  /not found|manifest unknown|name unknown|does not exist|no such (?:image|manifest)|invalid reference|couldn't parse image|is not present with pull policy|repository name/i;
const denied =
  /unauthori[sz]ed|authentication required|\bdenied\b|no basic auth|forbidden|\b40[13]\b|insufficient_scope/i;

/** The registry gives out no more for now: the image is there, and nobody is refused for who he is. */
const limited = /toomanyrequests|pull rate limit|429 too many requests/i;
/** Nobody answered for the registry, or it broke down on the way: what it has is not known. */
const unreached =
  /dial tcp|i\/o timeout|connection (?:refused|reset)|no such host|server misbehaving|TLS handshake|x509|deadline exceeded|\b50[0234] (?:internal|bad gateway|service|gateway)/i;

/** An answer, and a final one: no name server has this name. */
const noSuchHost = /\bno such host\b|\bNXDOMAIN\b/i;

/** Something runs that was pulled from there. */
function isInUse(open: Case, registry: string): boolean {
  return open.observation.objects
    .list("Pod")
    .some(({ spec, status }) =>
      spec.containers.some(
        ({ name, image = "" }) =>
          imageReference(image).registry === registry &&
          status?.containerStatuses?.some((one) => one.name === name && one.state?.running !== undefined),
      ),
    );
}

/** Said only when credentials are missing or wrong. */
const refused = /no basic auth|authentication required|\b(?:401 unauthori[sz]ed|403 forbidden)\b/i;

/** What hinders a pull, as the kubelet's words and what is known of the registry tell it. */
type Hindrance = "limited" | "denied" | "absent" | "unheard-of" | "unreached" | "untold";

function hindranceIn(open: Case, words: string, registry: string, isChanged: boolean): Hindrance {
  if (limited.test(words)) return "limited";
  // "pull access denied, repository does not exist or may require authorization" is said of both.
  if (refused.test(words) || (denied.test(words) && !(absent.test(words) && isChanged))) return "denied";
  if (absent.test(words)) return "absent";
  // A registry that nobody has ever pulled from and that no name server knows is a wrong name; one in use has gone away.
  if (noSuchHost.test(words) && !isInUse(open, registry)) return "unheard-of";
  return unreached.test(words) ? "unreached" : "untold";
}

/** How sure each is that the name of the image is wrong: when the image was just changed, and when not. */
const wrongName: Readonly<Record<Exclude<Hindrance, "limited" | "denied">, { changed: number; unchanged: number }>> = {
  absent: { changed: 0.97, unchanged: 0.97 },
  "unheard-of": { changed: 0.93, unchanged: 0.85 },
  unreached: { changed: 0.55, unchanged: 0.55 },
  untold: { changed: 0.85, unchanged: 0.6 },
};

/** How sure each is that the registry is to blame. */
const goneRegistry = { "unheard-of": 0.7, unreached: 0.9, untold: 0.75 } as const;

function stuckPulls(open: Case, workload: ObjectRef) {
  return open
    .podsOf(workload)
    .flatMap((pod) =>
      pod.containers
        .filter((container) => container.state === "waiting" && waiting.has(container.reason))
        .map((container) => ({ pod, container })),
    );
}

function judge(open: Case, workload: ObjectRef): readonly Candidate[] {
  const stuck = stuckPulls(open, workload);
  const first = stuck[0];
  if (!first) return [];
  const pods = new Set(stuck.map(({ pod }) => pod.ref.name));
  const events = open
    .eventsOf(workload)
    .filter(
      (event) =>
        pods.has(event.about.name) &&
        /^(Failed|ErrImageNeverPull|InspectFailed)$/.test(event.reason) &&
        !/^Error: /.test(event.message),
    );
  const words = [first.container.message, ...events.map((event) => event.message)].join("\n");
  const image = lastFields(open, workload, "image");
  const { containers, initContainers = [] } = first.pod.pod.spec;
  const name = [...containers, ...initContainers].find((item) => item.name === first.container.name)?.image ?? "?";
  const common = {
    culprit: workload,
    evidence: [
      ...open.cite(podFinding(first.pod, open.now), ...events.slice(-2).map((event) => eventFinding(event, workload))),
      ...citeChange(open, image?.change),
    ],
    facts: { container: first.container.name },
    ...(image ? { change: image.change } : {}),
  };
  const { registry } = imageReference(name);
  const hindrance = hindranceIn(open, words, registry, image !== undefined);
  if (hindrance === "limited") {
    const statement = `the registry of image ${name} gives out no more for now: more was pulled than it allows`;
    return [candidate({ cause: "rate-limited", ...common, statement, specificity: 0.94 }, open)];
  }
  if (hindrance === "denied") {
    const secret = open.topology
      .usesOf(workload)
      .find((use) => use.how === "image-pull" && open.changesOf(use.ref).length > 0);
    const pullSecrets = open.lastChange(workload, "other");
    return [
      candidate(
        {
          cause: "image-pull-denied",
          ...common,
          culprit: secret ? secret.ref : workload,
          hits: [workload],
          statement: `the registry refuses to hand out image ${name} to ${called(workload)}${secret ? `, since ${called(secret.ref)} was changed` : ""}`,
          specificity: pullSecrets || secret ? 0.95 : 0.9,
        },
        open,
      ),
    ];
  }
  const changed = image?.fields[0];
  const why = {
    absent: "does not exist in the registry",
    "unheard-of": `names a registry, ${registry}, that no name server knows`,
    unreached: "cannot be pulled",
    untold: "cannot be pulled",
  }[hindrance];
  const before = changed?.before ? ` (before: ${imagePair(changed.before, name)[0]})` : "";
  const misnamed = candidate(
    {
      cause: "image-not-found",
      ...common,
      statement: `${called(workload)} asks for image ${name}, which ${why}${before}`,
      specificity: wrongName[hindrance][changed ? "changed" : "unchanged"],
    },
    open,
  );
  if (hindrance === "absent" || (changed && hindrance === "untold")) return [misnamed];
  const statement = `the registry of image ${name} cannot be reached`;
  const specificity = goneRegistry[hindrance];
  return [misnamed, candidate({ cause: "external-dependency", ...common, statement, specificity }, open)];
}

/** Images that do not exist, or that the registry does not hand out. */
export const image: Rule = (open) => open.scope.flatMap((workload) => judge(open, workload));
