import type { Core } from "../core.ts";
import { fileObject } from "../files.ts";
import { slackId } from "../ids.ts";
import { defined, isFields, textOf } from "../json.ts";
import { postMessage } from "../messages.ts";
import { type FileRecord, fileType, type PendingUpload } from "../state/file.ts";
import { type Args, paged } from "./args.ts";
import { botInside, roomById } from "./lookup.ts";
import type { Method, Methods } from "./method.ts";
import { refuse } from "./refusal.ts";

/** Uploads that were started and never finished; the oldest are forgotten. */
const mostUploads = 100;

const getUploadURLExternal: Method = (args, core) => {
  const length = Number(args.required("length"));
  if (!Number.isInteger(length) || length <= 0) return refuse("invalid_arguments", ["must be greater than 0"]);
  if (length > core.settings.limits.fileBytes) return refuse("file_upload_size_restricted");
  const id = slackId("F");
  const { uploads } = core.workspace;
  uploads.set(id, defined({ id, filename: args.required("filename"), length, alt_txt: args.text("alt_txt") }));
  const [oldest] = uploads.keys();
  if (uploads.size > mostUploads && oldest !== undefined) uploads.delete(oldest);
  return { upload_url: `${core.url()}/upload/v1/${id}`, file_id: id };
};

const completeUploadExternal: Method = (args, core) => {
  const entries = args.json("files");
  if (!Array.isArray(entries) || entries.length === 0)
    return refuse("invalid_arguments", ["missing required field: files"]);
  const uploads = entries.map((entry: unknown) => {
    const id = isFields(entry) ? textOf(entry.id) : "";
    const upload = core.workspace.uploads.get(id) ?? refuse("file_not_found");
    const title = isFields(entry) && textOf(entry.title) !== "" ? textOf(entry.title) : upload.filename;
    return { upload, title, bytes: upload.bytes ?? refuse("file_update_failed") };
  });
  const channels = [args.text("channel_id"), ...(args.text("channels")?.split(",") ?? [])].filter(
    (id) => id !== undefined,
  );
  const rooms = channels.map((id) => botInside(core, roomById(core, id)));
  let files = uploads.map(({ upload, title, bytes }) => store(core, upload, title, bytes));
  for (const room of rooms) {
    const message = postMessage(core, room, {
      user: core.settings.bot.user_id,
      text: args.text("initial_comment") ?? "",
      files: files.map((file) => fileObject(core, file)),
      thread_ts: args.text("thread_ts"),
    });
    files = files.map((file) => {
      const shared = { ...file, shares: [...file.shares, { channel: room.id, ts: message.ts }] };
      core.workspace.files.set(file.id, shared);
      return shared;
    });
  }
  return { files: files.map((file) => fileObject(core, file)) };
};

function store(core: Core, upload: PendingUpload, title: string, bytes: Buffer): FileRecord {
  const { workspace, settings } = core;
  const file: FileRecord = defined({
    id: upload.id,
    name: upload.filename,
    title,
    ...fileType(upload.filename),
    alt_txt: upload.alt_txt,
    user: settings.bot.user_id,
    created: Math.floor(settings.clock.now() / 1000),
    readyAt: settings.clock.now() + settings.fileReadyAfterMs,
    shares: [],
    bytes,
  });
  workspace.uploads.delete(upload.id);
  workspace.files.set(file.id, file);
  let total = [...workspace.files.values()].reduce((sum, { bytes: held }) => sum + held.length, 0);
  for (const [id, old] of workspace.files) {
    if (total <= settings.limits.allFilesBytes || id === file.id) break;
    workspace.files.delete(id);
    total -= old.bytes.length;
  }
  return file;
}

const fileOf = (args: Args, core: Core) => core.workspace.files.get(args.required("file")) ?? refuse("file_not_found");

/** @see https://docs.slack.dev/reference/methods?family=files */
export const files: Methods = {
  "files.getUploadURLExternal": getUploadURLExternal,
  "files.completeUploadExternal": completeUploadExternal,
  "files.info": (args, core) => ({ file: fileObject(core, fileOf(args, core)), comments: [] }),
  "files.list": (args, core) => {
    const { page, response_metadata } = paged([...core.workspace.files.values()].reverse(), args);
    return { files: page.map((file) => fileObject(core, file)), response_metadata };
  },
  "files.delete": (args, core) => {
    core.workspace.files.delete(fileOf(args, core).id);
    return {};
  },
};
