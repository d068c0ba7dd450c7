import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { AppError, messageOf } from "../../lib/app-error.ts";

/**
 * Connects once, asks for JetStream and lets go.
 * @returns the version of the server
 * @throws AppError that says which of both failed
 */
export async function askNats(options: {
  readonly url: string;
  readonly token?: string | undefined;
  readonly timeoutMs: number;
}): Promise<string> {
  const { url, token, timeoutMs } = options;
  const connection = await connect({
    servers: url,
    ...(token ? { token } : {}),
    name: "kubemend doctor",
    reconnect: false,
    timeout: timeoutMs,
  }).catch((cause: unknown) => {
    throw new AppError("nats", `NATS cannot be reached: ${messageOf(cause, 160)}`, { cause });
  });
  try {
    await jetstreamManager(connection, { timeout: timeoutMs });
    return connection.info?.version ?? "unknown";
  } catch (cause) {
    throw new AppError("nats-jetstream", `NATS has no JetStream for this account: ${messageOf(cause, 160)}`, { cause });
  } finally {
    await connection.close();
  }
}
