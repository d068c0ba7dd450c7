export interface FileRecord {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly mimetype: string;
  readonly filetype: string;
  readonly alt_txt?: string;
  readonly user: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** Unix time in milliseconds from which a `slack_file` image can show it. */
  readonly readyAt: number;
  readonly shares: readonly { readonly channel: string; readonly ts: string }[];
  readonly bytes: Buffer;
}

/** An upload that files.completeUploadExternal has not finished yet. */
export interface PendingUpload {
  readonly id: string;
  readonly filename: string;
  readonly length: number;
  readonly alt_txt?: string;
  readonly bytes?: Buffer;
}

const types: Readonly<Record<string, readonly [filetype: string, mimetype: string]>> = {
  png: ["png", "image/png"],
  jpg: ["jpg", "image/jpeg"],
  jpeg: ["jpg", "image/jpeg"],
  gif: ["gif", "image/gif"],
  txt: ["text", "text/plain"],
  log: ["text", "text/plain"],
  md: ["markdown", "text/plain"],
  diff: ["diff", "text/plain"],
  patch: ["diff", "text/plain"],
  json: ["json", "application/json"],
  yaml: ["yaml", "text/plain"],
  yml: ["yaml", "text/plain"],
  csv: ["csv", "text/csv"],
  html: ["html", "text/html"],
  svg: ["svg", "image/svg+xml"],
  pdf: ["pdf", "application/pdf"],
};

/** Slack's filetype and MIME type, by the name's ending. */
export function fileType(name: string): { readonly filetype: string; readonly mimetype: string } {
  const ending = name.toLowerCase().split(".").at(-1) ?? "";
  const [filetype, mimetype] = types[ending] ?? ["binary", "application/octet-stream"];
  return { filetype, mimetype };
}

/** The only formats Slack shows in a `slack_file` image block, and the only ones we serve as images. */
export function isShownAsImage(mimetype: string): boolean {
  return mimetype === "image/png" || mimetype === "image/jpeg" || mimetype === "image/gif";
}
