import type { Core } from "./core.ts";
import { defined, type Fields } from "./json.ts";
import { pictureSize } from "./picture-size.ts";
import { type FileRecord, isShownAsImage } from "./state/file.ts";

/** A file as Slack's API shows it; type and size of a fresh upload are not known until it has been looked at. */
export function fileObject(core: Core, file: FileRecord): Fields {
  const ready = core.settings.clock.now() >= file.readyAt;
  const address = `${core.url()}/files-pri/${core.settings.team.id}-${file.id}`;
  const name = encodeURIComponent(file.name);
  const shares = Object.groupBy(file.shares, (share) => share.channel);
  const isPublic = file.shares.length > 0;
  const isImage = ready && isShownAsImage(file.mimetype);
  const size = isImage ? pictureSize(file.bytes) : undefined;
  return defined({
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: ready ? file.mimetype : "",
    filetype: ready ? file.filetype : "",
    pretty_type: ready ? file.filetype.toUpperCase() : "",
    user: file.user,
    user_team: core.settings.team.id,
    editable: false,
    size: file.bytes.length,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: isPublic,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    url_private: `${address}/${name}`,
    url_private_download: `${address}/download/${name}`,
    permalink: `${core.url()}/files/${file.user}/${file.id}/${name}`,
    alt_txt: file.alt_txt,
    thumb_360: isImage ? `${address}/${name}` : undefined,
    original_w: size?.width,
    original_h: size?.height,
    comments_count: 0,
    is_starred: false,
    shares: isPublic
      ? {
          public: Object.fromEntries(Object.entries(shares).map(([id, list]) => [id, list?.map(({ ts }) => ({ ts }))])),
        }
      : {},
    channels: Object.keys(shares),
    groups: [],
    ims: [],
    has_rich_preview: false,
    file_access: "visible",
  });
}
