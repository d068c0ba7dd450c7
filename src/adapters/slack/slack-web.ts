import { LogLevel, WebClient } from "@slack/web-api";
import type { OutgoingMessage, SlackOutcome, SlackPort } from "../../bot/slack/slack-port.ts";
import { findChannel } from "./find-channel.ts";
import { slackFailure } from "./slack-failure.ts";
import { type OwnTeam, slackPerson } from "./slack-person.ts";

export interface SlackWebOptions {
  readonly token: string;
  /** Another Web API than Slack's, for the local stand-in. */
  readonly apiUrl?: string;
  readonly timeoutMs?: number;
}

const eventType = "kubemend_post";
/** Messages of one page that is looked through when it is not sure whether a post arrived, and pages: a storm may have followed it. */
const historyLimit = 200;
const historyPages = 10;

/** A group that may approve changes of production has no more members than this; who comes later in the list is none. */
const groupMembersRead = 5_000;

/** The client with a deadline and without retries of its own: by default it has none, and retries for half an hour. */
export function createWebClient(options: SlackWebOptions): WebClient {
  return new WebClient(options.token, {
    ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
    timeout: options.timeoutMs ?? 10_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // Every failure is an outcome that is counted and told here; the client's own lines are in no format of ours.
    logLevel: LogLevel.ERROR,
  });
}

async function attempt<T>(call: () => Promise<T>): Promise<SlackOutcome<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    return { ok: false, failure: slackFailure(error) };
  }
}

function body(message: OutgoingMessage) {
  return {
    channel: message.channel,
    text: message.text,
    blocks: [...message.blocks],
    metadata: { event_type: eventType, event_payload: { post: message.postId } },
  };
}

/**
 * No call throws: each gives an outcome, with the reason and the wait that Slack asks for. Nothing is sent again from
 * here; `find` and `findFile` tell whether what got no answer has arrived.
 */
export function createSlackWeb(options: SlackWebOptions): SlackPort {
  const client = createWebClient(options);
  let team: OwnTeam | undefined;
  const ourTeam = async (): Promise<OwnTeam> => {
    if (team) return team;
    const answer = await client.auth.test();
    team = { teamId: answer.team_id, enterpriseId: answer.enterprise_id };
    return team;
  };
  return {
    post: (message) =>
      attempt(async () => {
        const { threadTs, broadcast } = message;
        const content = { ...body(message), unfurl_links: false, unfurl_media: false };
        const answer = await client.chat.postMessage(
          threadTs === undefined
            ? content
            : broadcast
              ? { ...content, thread_ts: threadTs, reply_broadcast: true }
              : { ...content, thread_ts: threadTs },
        );
        return { channel: answer.channel ?? message.channel, ts: answer.ts ?? "" };
      }),
    update: (message) =>
      attempt(async () => {
        const answer = await client.chat.update({ ...body(message), ts: message.ts });
        return { ts: answer.ts ?? message.ts };
      }),
    find: (channel, postId, threadTs) =>
      attempt(async () => {
        let cursor = "";
        for (let page = 0; page < historyPages; page++) {
          const query = { channel, include_all_metadata: true, limit: historyLimit, ...(cursor ? { cursor } : {}) };
          const { messages = [], response_metadata: more } = threadTs
            ? await client.conversations.replies({ ...query, ts: threadTs })
            : await client.conversations.history(query);
          const found = messages.find((message) => {
            const metadata = (message as { metadata?: { event_type?: string; event_payload?: { post?: unknown } } })
              .metadata;
            return metadata?.event_type === eventType && metadata.event_payload?.post === postId;
          });
          if (found?.ts) return { ts: found.ts };
          cursor = more?.next_cursor ?? "";
          if (cursor === "") return undefined;
        }
        return undefined;
      }),
    findFile: (channel, threadTs, name) =>
      attempt(async () => {
        const { messages = [] } = await client.conversations.replies({ channel, ts: threadTs, limit: historyLimit });
        const found = messages
          .flatMap((message) => (message as { files?: { id?: string; name?: string }[] }).files ?? [])
          .find((file) => file.name === name);
        return found?.id ? { fileId: found.id } : undefined;
      }),
    upload: ({ name, title, content, altText, into }) =>
      attempt(async () => {
        const file = { filename: name, title, file: content, ...(altText ? { alt_text: altText } : {}) };
        const answer = await client.filesUploadV2(
          into ? { ...file, channel_id: into.channel, thread_ts: into.threadTs } : file,
        );
        const uploaded = answer as unknown as { files?: { files?: { id?: string }[] }[] };
        const fileId = uploaded.files?.[0]?.files?.[0]?.id;
        if (!fileId) throw new Error("files.completeUploadExternal answered without a file id");
        return { fileId };
      }),
    groupMembers: (groupId) =>
      attempt(async () => {
        const { users = [] } = await client.usergroups.users.list({ usergroup: groupId });
        return users.slice(0, groupMembersRead);
      }),
    groupId: (handle) =>
      attempt(async () => {
        const { usergroups = [] } = await client.usergroups.list();
        return usergroups.find((group) => group.handle === handle.replace(/^@/, ""))?.id;
      }),
    channelId: (name) => attempt(async () => (await findChannel(client, name))?.id),
    openView: (triggerId, view) =>
      attempt(async () => {
        const answer = await client.views.open({ trigger_id: triggerId, view });
        return { viewId: answer.view?.id ?? "" };
      }),
    updateView: (viewId, view) =>
      attempt(async () => {
        const answer = await client.views.update({ view_id: viewId, view });
        return { viewId: answer.view?.id ?? viewId };
      }),
    whisper: ({ channel, userId, text, blocks, threadTs }) =>
      attempt(async () => {
        await client.chat.postEphemeral({
          channel,
          user: userId,
          text,
          ...(blocks.length > 0 ? { blocks: [...blocks] } : {}),
          ...(threadTs ? { thread_ts: threadTs } : {}),
        });
        return true as const;
      }),
    publishHome: (userId, view) =>
      attempt(async () => {
        await client.views.publish({ user_id: userId, view });
        return true as const;
      }),
    userName: (userId) =>
      attempt(async () => {
        const [{ user }, own] = await Promise.all([client.users.info({ user: userId }), ourTeam()]);
        return slackPerson(userId, user, own);
      }),
  };
}
