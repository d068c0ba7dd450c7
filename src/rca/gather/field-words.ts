import { isDeepStrictEqual } from "node:util";
import { imageReference, writtenRepository } from "../../cluster/image-reference.ts";
import type { FieldChange } from "./field-diff.ts";

type Words = (found: readonly string[]) => string;

/** `.name` or `[na/me]`, as paths hold it. */
const part = String.raw`(?:\.([^.[\]]+)|\[([^\]]+)\])`;

/** What is left of a path once it is known whose it is, as people call it. The first that fits counts. */
const names: readonly (readonly [RegExp, Words])[] = [
  [/^env\[([^\]]+)\](?:\.value)?$/, ([name]) => `variable ${name}`],
  [/^env\[([^\]]+)\]\.(?:valueFrom\.)?(.+)$/, ([name, rest]) => `variable ${name}, ${rest}`],
  [new RegExp(String.raw`^resources\.(limit|request)s${part}$`), ([kind, name]) => `${name} ${kind}`],
  [/^(liveness|readiness|startup)Probe$/, ([kind]) => `${kind} probe`],
  [
    /^(liveness|readiness|startup)Probe\.(?:(?:httpGet|tcpSocket|grpc|exec)\.)?(.+)$/,
    ([kind, rest]) => `${kind} probe ${rest}`,
  ],
  [/^ports\[([^\]]+)\]$/, ([name]) => `port ${name}`],
  [/^ports\[([^\]]+)\]\.(.+)$/, ([name, rest]) => `${rest} of port ${name}`],
  [new RegExp(`^selector(?:\\.matchLabels)?${part}$`), ([name]) => `selector ${name}`],
  [new RegExp(`^(?:data|binaryData)${part}$`), ([name]) => `key ${name}`],
  [/^data$/, () => "its values"],
  [new RegExp(`^hard${part}$`), ([name]) => `limit of ${name}`],
  [new RegExp(`^(taint|toleration)s${part}$`), ([kind, name]) => `${kind} ${name}`],
  [/^subjects\[([^\]]+)\]$/, ([name]) => `subject ${name}`],
  [new RegExp(`^metadata\\.labels${part}$`), ([name]) => `label ${name}`],
  [new RegExp(`^template\\.metadata\\.labels${part}$`), ([name]) => `label ${name} of its pods`],
  [new RegExp(`^template\\.metadata\\.annotations${part}$`), ([name]) => `annotation ${name} of its pods`],
  [new RegExp(`^volumes${part}$`), ([name]) => `volume ${name}`],
  [/^volumes\[([^\]]+)\]\.(.+)$/, ([name, rest]) => `volume ${name}, ${rest}`],
];

const inContainer = /^(init|ephemeral)?[cC]ontainers\[([^\]]+)\](?:\.(.+))?$/;

/** What a path names, and in which container: `memory limit` in `container carts`. */
function nameOf({ path }: Pick<FieldChange, "path">): { readonly name: string; readonly place?: string } {
  const short = path.replace(/^spec\.(?:jobTemplate\.spec\.)?(?:template\.spec\.)?/, "");
  const [, kind, container = "", rest] = inContainer.exec(short) ?? [];
  const place = container && `${kind ? `${kind} ` : ""}container ${container}`;
  if (place && rest === undefined) return { name: place };
  const inside = rest ?? short;
  for (const [shape, words] of names) {
    const found = shape.exec(inside);
    if (found) return { name: words(found.slice(1).filter((one) => one !== undefined)), ...(place ? { place } : {}) };
  }
  return { name: inside, ...(place ? { place } : {}) };
}

/** A field as people name it, without the place where it stands: `memory limit`, `variable TAX_REGION`, `replicas`. */
export const fieldName = (field: Pick<FieldChange, "path">): string => nameOf(field).name;

/** A version without the digits of its digest that nobody compares by eye. */
const version = (text: string) => text.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+/, "$1…");

/** Two images by what tells them apart: of one repository its last part and the versions, else as they are written. */
export function imagePair(before: string, after: string): readonly [before: string, after: string] {
  const repository = writtenRepository(after);
  if (writtenRepository(before) !== repository) return [before, after];
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  return [before, after].map((image) => `${name}${version(image.slice(repository.length))}`) as [string, string];
}

const isHidden = (value: string | undefined) => value?.startsWith("(hidden") === true;

function changeText(name: string, { area, before, after, said }: FieldChange): string {
  if (said) return said.whole ? said.text : `${name} ${said.text}`;
  if (isHidden(before) && isHidden(after)) return `${name} written again (hidden)`;
  // As kubectl, consoles and kubemend do it: the moment stands beside the change, and the name of the annotation tells nobody more.
  if (area === "restart" && name.startsWith("annotation ") && after !== undefined)
    return "its pods were restarted (kubectl rollout restart)";
  if (before === undefined) return `${name} set to ${after}`;
  if (after === undefined) return `${name} removed (was ${before})`;
  if (area !== "image") return `${name} ${before} -> ${after}`;
  const same = isDeepStrictEqual(imageReference(before), imageReference(after));
  return `${name} ${imagePair(before, after).join(" -> ")}${same ? " (the same image)" : ""}`;
}

const mostFields = 12;

/**
 * What was changed, as a person writes it to another: `image carts:1.6.4 -> carts:1.6.5, memory limit 128Mi -> 34Mi; replicas 2 -> 1`.
 * The name of what has changed stands right before its value: by that the redactor knows a secret.
 * @param owner the container that has this name is not told apart: it is what the workload is about
 */
export function describeFields(fields: readonly FieldChange[], owner?: string): string {
  const groups: { place: string | undefined; texts: string[] }[] = [];
  for (const field of fields.slice(0, mostFields)) {
    const { name, place: found } = nameOf(field);
    const place = found === `container ${owner}` ? undefined : found;
    const last = groups.at(-1);
    const group = last && last.place === place ? last : { place, texts: [] };
    if (group !== last) groups.push(group);
    group.texts.push(changeText(name, field));
  }
  return groups.map(({ place, texts }) => `${texts.join(", ")}${place ? ` in ${place}` : ""}`).join("; ");
}
