import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JsMsg,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { connect, nanos } from "@nats-io/transport-node";
import type { LogStreamPort, PartitionReader, StreamMessage } from "../../detection/collect/log-stream.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";

export interface NatsLogOptions {
  readonly url: string;
  readonly token?: string | undefined;
  readonly cluster: string;
  readonly partitions: number;
  /** Of all partitions together. What is older or too much is thrown away, the oldest first. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** An id that comes again within this time is known; agents try again within seconds. */
const duplicateWindowMs = 2 * 60_000;
/** Messages under way to a reader: about a second of a busy cluster. */
const messagesAhead = 256;
const unreachable = (what: string, cause: unknown) =>
  new AppError("nats", `${what}: ${messageOf(cause, 160)}.`, { retryable: true, cause });

/** Names of streams, consumers and subjects may not hold dots, spaces or wildcards. */
export const natsName = (text: string) => text.replace(/[^A-Za-z0-9_-]+/g, "_").slice(0, 60);

/** The subject of a partition; how many there are is part of it, so that another number begins with empty streams. */
export const subjectOf = (cluster: string, partition: number, of: number) =>
  `logs.${natsName(cluster)}.${partition}of${of}`;

/** Log lines in JetStream: a bounded stream and one durable consumer for each partition. @throws AppError while NATS cannot be reached */
export async function openNatsLogStream(options: NatsLogOptions): Promise<LogStreamPort & AsyncDisposable> {
  const { cluster, partitions } = options;
  const connection = await connect({
    servers: options.url,
    ...(options.token ? { token: options.token } : {}),
    name: `kubemend ${cluster}`,
    // It comes back by itself, for as long as it takes.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    timeout: 5_000,
  }).catch((cause: unknown) => {
    throw unreachable("NATS cannot be reached", cause);
  });
  const manager = await jetstreamManager(connection).catch((cause: unknown) => {
    throw unreachable("NATS has no JetStream", cause);
  });
  const stream = jetstream(connection);
  const nameOf = (partition: number) => natsName(`KUBEMEND_${cluster}_${partition}of${partitions}`);

  for (let partition = 0; partition < partitions; partition++) {
    const bounds = {
      max_bytes: Math.max(1 << 20, Math.floor(options.maxBytes / partitions)),
      max_age: nanos(options.maxAgeMs),
      duplicate_window: nanos(Math.min(duplicateWindowMs, options.maxAgeMs)),
      discard: DiscardPolicy.Old,
    };
    const name = nameOf(partition);
    const fixed = {
      subjects: [subjectOf(cluster, partition, partitions)],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
    };
    await manager.streams
      .add({ name, ...fixed, ...bounds })
      // It is there with other bounds.
      .catch(() => manager.streams.update(name, { ...fixed, ...bounds }))
      .catch((cause: unknown) => {
        throw unreachable(`The stream ${name} cannot be made`, cause);
      });
  }

  return {
    async publish(partition, id, data) {
      await stream
        .publish(subjectOf(cluster, partition, partitions), data, { msgID: id, timeout: 5_000 })
        .catch((cause: unknown) => {
          throw unreachable("NATS did not take log lines", cause);
        });
    },
    async read(partition, seq): Promise<PartitionReader> {
      const name = nameOf(partition);
      const durable = "watcher";
      try {
        // What an earlier reader was given and did not finish comes again at once, in order, and its late acks are nobody's.
        await manager.consumers.delete(name, durable).catch(() => false);
        const { state } = await manager.streams.info(name);
        await manager.consumers.add(name, {
          durable_name: durable,
          ack_policy: AckPolicy.All,
          // A position beyond the end is of a stream that was there before this one.
          ...(seq > 0 && seq <= state.last_seq
            ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: seq + 1 }
            : { deliver_policy: DeliverPolicy.All }),
          ack_wait: nanos(60_000),
          max_ack_pending: 4 * messagesAhead,
        });
        const consumer = await stream.consumers.get(name, durable);
        const reading = await consumer.consume({ max_messages: messagesAhead });
        const open = new Map<number, JsMsg>();
        return {
          messages: {
            async *[Symbol.asyncIterator](): AsyncGenerator<StreamMessage> {
              for await (const message of reading) {
                open.set(message.seq, message);
                yield { seq: message.seq, data: message.data };
              }
            },
          },
          done(upTo) {
            open.get(upTo)?.ack();
            for (const known of open.keys()) if (known <= upTo) open.delete(known);
          },
          async behind() {
            const { num_pending, num_ack_pending } = await consumer.info();
            return num_pending + num_ack_pending;
          },
          async [Symbol.asyncDispose]() {
            // Not waited for: whoever reads may be in the middle of a message, and what is not done comes again.
            reading.stop();
          },
        };
      } catch (cause) {
        throw unreachable(`Log lines of ${name} cannot be read`, cause);
      }
    },
    async [Symbol.asyncDispose]() {
      await connection.close();
    },
  };
}
