import { AckPolicy, DeliverPolicy, type JsMsg } from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { LogStreamPort, PartitionReader, StreamMessage } from "../../detection/collect/logs/log-stream.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { connectWhenAsked } from "./connect-when-asked.ts";
import { type NatsConnection, type NatsConnectionOptions, openNats, subjectOf } from "./nats-connection.ts";

export interface NatsLogOptions extends NatsConnectionOptions {
  /** Told why NATS cannot be used: while it cannot, once a minute at most. */
  readonly onTrouble?: (reason: string) => void;
}

/** Messages under way to a reader: about a second of a busy cluster. */
const messagesAhead = 256;
const durable = "watcher";

const retryable = (what: string, cause: unknown) =>
  new AppError("nats", `${what}: ${messageOf(cause, 160)}.`, { retryable: true, cause });

/**
 * Log lines in JetStream: a bounded stream and one durable consumer for each partition. Never fails because NATS is away: it
 * is connected to when it is first needed and whenever it is back, and until then publishing and reading throw.
 */
export async function openNatsLogStream(options: NatsLogOptions): Promise<LogStreamPort & AsyncDisposable> {
  const { cluster, partitions } = options;
  const nats = connectWhenAsked<NatsConnection>({
    open: () => openNats(options),
    isClosed: (opened) => opened.isClosed(),
    onTrouble: options.onTrouble,
  });
  // What is wrong with the address or the token is told at the start, not when the first lines come.
  await nats.get().catch(() => undefined);

  return {
    async epoch(partition) {
      const { ensureStream } = await nats.get();
      return (await ensureStream(partition)).created;
    },
    async publish(partition, id, data) {
      const { stream } = await nats.get();
      await stream
        .publish(subjectOf(cluster, partition, partitions), data, { msgID: id, timeout: 5_000 })
        .catch((cause: unknown) => {
          throw retryable("NATS did not take log lines", cause);
        });
    },
    async read(partition, seq): Promise<PartitionReader> {
      const { stream, manager, ensureStream, nameOf } = await nats.get();
      const name = nameOf(partition);
      const { created, state } = await ensureStream(partition);
      try {
        // What an earlier reader was given and did not finish comes again at once, in order, and its late acks are nobody's.
        await manager.consumers.delete(name, durable).catch(() => false);
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
        // A stream or consumer that is lost ends the reading; whoever reads begins again, which makes them anew.
        const reading = await consumer.consume({ max_messages: messagesAhead, abort_on_missing_resource: true });
        const open = new Map<number, JsMsg>();
        return {
          epoch: created,
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
        throw retryable(`Log lines of ${name} cannot be read`, cause);
      }
    },
    async [Symbol.asyncDispose]() {
      const opened = await nats.end();
      await opened?.close();
    },
  };
}
