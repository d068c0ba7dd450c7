/**
 * Pods that a client deleted live on under another name, as their controllers would have made them: what the recording
 * goes on telling about the old pod is true of the new one.
 */
export interface Renames {
  add(from: { name: string; uid: string }, to: { name: string; uid: string }): void;
  pod(recordedName: string): string;
  /** The recorded name of a pod as it is called now. */
  recordedPod(name: string): string;
  /** True for a uid that was replaced already. */
  isPast(uid: string): boolean;
  uid(recordedUid: string): string;
  inText(text: string): string;
  /** The value itself while nothing was renamed. */
  inJson<T>(value: T): T;
  readonly size: number;
}

/** Holds one entry for each pod that a client has deleted; every text is looked through for all of them. */
export function createRenames(): Renames {
  const names = new Map<string, string>();
  const uids = new Map<string, string>();
  const past = new Set<string>();

  /** Renamed more than once: the recorded name leads to the newest one. */
  const put = (map: Map<string, string>, from: string, to: string): void => {
    const recorded = [...map].find(([, latest]) => latest === from)?.[0] ?? from;
    map.set(recorded, to);
  };
  const inText = (text: string): string => {
    let renamed = text;
    for (const [from, to] of [...names, ...uids]) renamed = renamed.replaceAll(from, to);
    return renamed;
  };

  return {
    add(from, to) {
      past.add(from.uid);
      put(names, from.name, to.name);
      put(uids, from.uid, to.uid);
    },
    pod: (name) => names.get(name) ?? name,
    recordedPod: (name) => [...names].find(([, latest]) => latest === name)?.[0] ?? name,
    isPast: (uid) => past.has(uid),
    uid: (uid) => uids.get(uid) ?? uid,
    inText: (text) => (names.size === 0 ? text : inText(text)),
    inJson: <T>(value: T): T => (names.size === 0 ? value : (JSON.parse(inText(JSON.stringify(value))) as T)),
    get size() {
      return names.size;
    },
  };
}
