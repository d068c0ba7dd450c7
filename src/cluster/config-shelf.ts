import { own } from "../lib/own.ts";
import { asKind, type ConfigMap, type KubeObject } from "./kubernetes-types.ts";
import { type ConfigRoom, configHashes, lightConfig, worthCarrying } from "./light-config.ts";

/** Keeps what the texts of all ConfigMaps together take within a bound. */
export interface ConfigShelf {
  /** The object with as much text as there is room for; values that are as they were before share their text with it. */
  fit(object: KubeObject, before: KubeObject | undefined): KubeObject;
  /** Says which objects are kept under this key from now on; none lets go of it. */
  hold(key: string, objects: readonly KubeObject[]): void;
  /** Characters held. */
  readonly chars: number;
  /** Values of which only a beginning or a hash was kept. */
  readonly cutValues: number;
}

/** The fuller it is, the less of a value is kept: small settings, which are most of what people change, find room last. */
const tiers: readonly (readonly [share: number, room: ConfigRoom])[] = [
  [0.5, worthCarrying],
  [0.75, { valueChars: 1_024, objectChars: 4_096 }],
  [1, { valueChars: 128, objectChars: 1_024 }],
];
const noRoom: ConfigRoom = { valueChars: 0, objectChars: 0 };

/** Every text once: versions of one object share what was not changed. */
function charsOf(objects: readonly KubeObject[]): number {
  const texts = new Set<string>();
  for (const object of objects) {
    const config = asKind(object, "ConfigMap");
    for (const data of [config?.data, config?.binaryData])
      for (const [key, text] of Object.entries(data ?? {})) texts.add(key).add(text);
  }
  let chars = 0;
  for (const text of texts) chars += text.length;
  return chars;
}

/** What was not changed as the same text that is kept already, cut or not. */
function sharing(object: KubeObject, before: KubeObject): KubeObject {
  const [config, earlier] = [asKind(object, "ConfigMap"), asKind(before, "ConfigMap")];
  if (!config?.data || !earlier?.data) return object;
  const [hashes, known] = [configHashes(config), configHashes(earlier)];
  const isSame = (key: string) => own(hashes, `data/${key}`) === own(known, `data/${key}`);
  const data = Object.entries(config.data).map(
    ([key, text]) => [key, (isSame(key) ? own(earlier.data ?? {}, key) : undefined) ?? text] as const,
  );
  const isCut = (key: string) => ((isSame(key) ? earlier.cut : config.cut) ?? []).includes(key);
  const cut = [...new Set([...(config.cut ?? []), ...(earlier.cut ?? [])])].filter(
    (key) => Object.hasOwn(config.data ?? {}, key) && isCut(key),
  );
  const { cut: _cut, ...rest } = config;
  const shared: ConfigMap = { ...rest, data: Object.fromEntries(data), ...(cut.length > 0 && { cut }) };
  return shared;
}

/** @param maxChars of all texts together */
export function createConfigShelf(maxChars: number): ConfigShelf {
  const held = new Map<string, number>();
  let chars = 0;
  let cutValues = 0;

  return {
    fit(object, before) {
      if (object.kind !== "ConfigMap") return object;
      const room = tiers.find(([share]) => chars < share * maxChars)?.[1] ?? noRoom;
      const light = lightConfig(object, room);
      cutValues += asKind(light, "ConfigMap")?.cut?.length ?? 0;
      return before ? sharing(light, before) : light;
    },
    hold(key, objects) {
      chars -= held.get(key) ?? 0;
      held.delete(key);
      if (objects.length === 0) return;
      const taken = charsOf(objects);
      held.set(key, taken);
      chars += taken;
    },
    get chars() {
      return chars;
    },
    get cutValues() {
      return cutValues;
    },
  };
}
