import type { PodTemplate } from "../../cluster/kubernetes-types.ts";
import { isoTime } from "../../lib/clock.ts";
import { hideSecrets } from "../gather/changes.ts";
import { diffFields } from "../gather/field-diff.ts";
import { describeFields } from "../gather/field-words.ts";

export interface Revisions {
  readonly revision: number;
  /** Unix ms; 0 when it is not known. */
  readonly at: number;
  readonly template: PodTemplate;
}

const maxRevisions = 8;

function plain(template: PodTemplate): Readonly<Record<string, unknown>> {
  const { "pod-template-hash": _hash, ...labels } = template.metadata?.labels ?? {};
  return { spec: { template: { ...template, metadata: { ...template.metadata, labels } } } };
}

/** Revisions, newest first, each with its images and what it changed against the one before. Undefined without any. */
export function revisionsText(revisions: readonly Revisions[]): string | undefined {
  const newest = [...revisions].sort((a, b) => b.revision - a.revision);
  if (newest.length === 0) return undefined;
  const lines = newest.slice(0, maxRevisions).map(({ revision, at, template }, i) => {
    const before = newest[i + 1];
    const images = template.spec.containers.map((container) => container.image ?? "no image").join(", ");
    const changes = before
      ? describeFields(hideSecrets({ kind: "Deployment" }, diffFields(plain(before.template), plain(template))))
      : "the oldest that is known";
    return `revision ${revision}${at > 0 ? ` of ${isoTime(at)}` : ""}, ${images}: ${changes || "no difference"}`;
  });
  const more = newest.length - maxRevisions;
  return `${lines.join("\n")}${more > 0 ? `\n${more} older revisions` : ""}`;
}
