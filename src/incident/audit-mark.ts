/** The newest entry of the audit at some moment, to be kept where who writes the database cannot write: a log, a mailbox. */
export interface AuditMark {
  readonly seq: number;
  readonly hash: string;
}

/** `1203:9f86d0…`, as the log and the digest tell it and `audit verify --mark` takes it. */
export const markText = ({ seq, hash }: AuditMark): string => `${seq}:${hash}`;

/** Undefined when it is none. */
export function readMark(text: string): AuditMark | undefined {
  const found = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim());
  return found ? { seq: Number(found[1]), hash: found[2] ?? "" } : undefined;
}
