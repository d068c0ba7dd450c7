import { createHash } from "node:crypto";
import { own } from "../lib/own.ts";
import { asKind, type ConfigMap, type KubeObject } from "./kubernetes-types.ts";

/** How much text of a ConfigMap is kept (characters). */
export interface ConfigRoom {
  /** A longer value is kept by its beginning. */
  readonly valueChars: number;
  /** Of all values together. */
  readonly objectChars: number;
}

/**
 * What is worth carrying from the API: settings and the configuration files of most programs whole. Of what is larger the
 * beginning tells which hosts it names, as far as anybody looks for them.
 */
export const worthCarrying: ConfigRoom = { valueChars: 8_192, objectChars: 32_768 };

/** Of a value that is cut, no more than this. */
const headChars = 1_024;
const maxNoteChars = 60;
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
// In letters of one byte: a single other one doubles what the text takes.
const noteOf = (bytes: number, text: string) => `...(${bytes} bytes, sha256 ${hashOf(text)})`;
const note = /\.\.\.\(\d+ bytes, sha256 [0-9a-f]{16}\)$/;
/** A part of a string keeps the whole of it alive; a copy does not. */
const copied = (text: string) => Buffer.from(text).toString();
const noteIn = (text: string) => note.exec(text)?.[0] ?? "";

/** The values of an object's keys as short texts that are equal when the values are, however much of them was kept. */
export function configHashes({ data = {}, binaryData = {}, cut = [] }: ConfigMap): Readonly<Record<string, string>> {
  const known = new Set(cut);
  const hash = (text: string, isCut: boolean) => (isCut ? noteIn(text).slice(-17, -1) : hashOf(text));
  return Object.fromEntries([
    ...Object.entries(data).map(([key, text]) => [`data/${key}`, hash(text, known.has(key))]),
    ...Object.entries(binaryData).map(([key, text]) => [`binary/${key}`, text]),
  ]);
}

/** True when the value of this key is as the API has it. */
export const isWholeValue = (object: KubeObject | undefined, key: string): boolean =>
  asKind(object, "ConfigMap")?.cut?.includes(key) !== true;

/** The text with no more of it than so many characters, and a note in place of the rest. */
function shortened(text: string, most: number, isCut: boolean): string {
  const end = isCut ? noteIn(text) : noteOf(Buffer.byteLength(text), text);
  const head = isCut ? text.slice(0, text.length - end.length) : text;
  return copied(head.slice(0, Math.min(most, headChars)) + end);
}

/**
 * A ConfigMap without what is too much: long values by their beginning with their length and a hash, so that a change of the
 * rest is still seen; of binary values the hash; and not the copy that kubectl keeps of everything. Other objects as they are.
 */
export function lightConfig<T extends KubeObject>(object: T, { valueChars, objectChars }: ConfigRoom): T {
  const config = asKind(object, "ConfigMap");
  if (!config) return object;
  const known = new Set(config.cut);
  const cut = new Set<string>();
  let left = objectChars;
  const data = Object.entries(config.data ?? {}).map(([key, text]) => {
    const most = Math.max(0, Math.min(valueChars, left));
    const isCut = known.has(key);
    const kept = text.length <= (isCut ? most + maxNoteChars : most) ? text : shortened(text, most, isCut);
    if (isCut || kept !== text) cut.add(key);
    left -= kept.length;
    return [key, kept] as const;
  });
  const binary = Object.entries(config.binaryData ?? {}).map(
    ([key, text]) => [key, noteIn(text) || noteOf(Math.floor((text.length * 3) / 4), text)] as const,
  );
  const { [lastApplied]: applied, ...annotations } = config.metadata.annotations ?? {};
  const isSame = data.every(([key, text]) => own(config.data ?? {}, key) === text);
  if (isSame && config.binaryData === undefined && applied === undefined) return object;
  return {
    ...object,
    metadata: { ...object.metadata, ...(config.metadata.annotations && { annotations }) },
    ...(config.data && { data: Object.fromEntries(data) }),
    ...(config.binaryData && { binaryData: Object.fromEntries(binary) }),
    ...(cut.size > 0 && { cut: [...cut] }),
  };
}
