import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from "@nats-io/jetstream";
import { connect, nanos } from "@nats-io/transport-node";
import { AppError, messageOf } from "../../lib/app-error.ts";

export interface NatsConnectionOptions {
  readonly url: string;
  readonly token?: string | undefined;
  readonly cluster: string;
  readonly partitions: number;
  /** Of all partitions together. What is older or too much is thrown away, the oldest first. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

export interface NatsConnection {
  readonly manager: JetStreamManager;
  readonly stream: JetStreamClient;
  nameOf(partition: number): string;
  /** Makes the stream of a partition, or gives the one that is there its bounds. @throws AppError */
  ensureStream(partition: number): Promise<StreamInfo>;
  /** For good: a server that refuses the token twice is not asked again by the client itself. */
  isClosed(): boolean;
  close(): Promise<void>;
}

/** An id that comes again within this time is known; agents try again within seconds. */
const duplicateWindowMs = 2 * 60_000;
const retryable = (what: string, cause: unknown) =>
  new AppError("nats", `${what}: ${messageOf(cause, 160)}.`, { retryable: true, cause });

/** Names of streams, consumers and subjects may not hold dots, spaces or wildcards. */
const natsName = (text: string) => text.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 60);

/** The subject of a partition; how many there are is part of it, so that another number begins with empty streams. */
export const subjectOf = (cluster: string, partition: number, of: number) =>
  `logs.${natsName(cluster)}.${partition}of${of}`;

/** Connects once and makes the streams; from then on the connection comes back by itself. @throws AppError */
export async function openNats(options: NatsConnectionOptions): Promise<NatsConnection> {
  const { url, token, cluster, partitions } = options;
  const connection = await connect({
    servers: url,
    ...(token ? { token } : {}),
    name: `kubemend ${cluster}`,
    // It comes back by itself, for as long as it takes.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    timeout: 5_000,
  }).catch((cause: unknown) => {
    throw retryable("NATS cannot be reached", cause);
  });
  try {
    const manager = await jetstreamManager(connection).catch((cause: unknown) => {
      throw retryable("NATS has no JetStream", cause);
    });
    const nameOf = (partition: number) => natsName(`KUBEMEND_${cluster}_${partition}of${partitions}`);
    const bounds = {
      max_bytes: Math.max(1 << 20, Math.floor(options.maxBytes / partitions)),
      max_age: nanos(options.maxAgeMs),
      duplicate_window: nanos(Math.min(duplicateWindowMs, options.maxAgeMs)),
      discard: DiscardPolicy.Old,
    };
    const ensureStream = async (partition: number) => {
      const name = nameOf(partition);
      const fixed = {
        subjects: [subjectOf(cluster, partition, partitions)],
        retention: RetentionPolicy.Limits,
        storage: StorageType.File,
      };
      return await manager.streams
        .add({ name, ...fixed, ...bounds })
        // It is there with other bounds.
        .catch(() => manager.streams.update(name, { ...fixed, ...bounds }))
        .catch((cause: unknown) => {
          throw retryable(`The stream ${name} cannot be made`, cause);
        });
    };
    for (let partition = 0; partition < partitions; partition++) await ensureStream(partition);
    return {
      manager,
      stream: jetstream(connection),
      nameOf,
      ensureStream,
      isClosed: () => connection.isClosed(),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
