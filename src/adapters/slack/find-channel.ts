import { WebAPIPlatformError, type WebClient } from "@slack/web-api";

export interface FoundChannel {
  readonly id: string;
  /** Whether the bot is in it: who is not may neither post there nor read it. */
  readonly isMember: boolean;
}

/** Pages of 1,000 channels; a workspace with more names its channel by id. */
const channelPages = 20;
const channelIdShape = /^[CGD][A-Z0-9]{6,}$/;

/** The channel of this id or name (with or without #), of those that the bot sees. @throws what the Web API client throws */
export async function findChannel(client: WebClient, wanted: string): Promise<FoundChannel | undefined> {
  if (channelIdShape.test(wanted)) {
    try {
      const { channel } = await client.conversations.info({ channel: wanted });
      return channel?.id ? { id: channel.id, isMember: channel.is_member === true } : undefined;
    } catch (error) {
      if (codeOf(error) === "channel_not_found") return undefined;
      throw error;
    }
  }
  try {
    return await inList(client, wanted, "public_channel,private_channel");
  } catch (error) {
    // Private channels take a scope (groups:read) that is asked for only where incidents go to one.
    if (codeOf(error) !== "missing_scope") throw error;
    return await inList(client, wanted, "public_channel");
  }
}

const codeOf = (error: unknown) => (error instanceof WebAPIPlatformError ? error.data.error : undefined);

async function inList(client: WebClient, wanted: string, types: string): Promise<FoundChannel | undefined> {
  const name = wanted.replace(/^#/, "");
  let cursor: string | undefined;
  for (let page = 0; page < channelPages; page++) {
    const answer = await client.conversations.list({
      types,
      exclude_archived: true,
      limit: 1_000,
      ...(cursor ? { cursor } : {}),
    });
    const found = answer.channels?.find((channel) => channel.name === name);
    if (found?.id) return { id: found.id, isMember: found.is_member === true };
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (!cursor) return undefined;
  }
  return undefined;
}
