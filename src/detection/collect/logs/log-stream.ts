import { z } from "zod";
import type { LogLine } from "../../../cluster/signal.ts";

/** One message of the stream: some lines, in the order in which they were taken. */
export interface StreamMessage {
  /** Rises by one with every message of the partition. */
  readonly seq: number;
  readonly data: Uint8Array;
}

/** What is read of one partition, by one reader at a time. */
export interface PartitionReader extends AsyncDisposable {
  /** In order and without gaps, but for what the stream threw away. Ends when closed. @throws AppError */
  readonly messages: AsyncIterable<StreamMessage>;
  /** Of the stream that is read, see `LogStreamPort.epoch`. */
  readonly epoch: string;
  /** Everything up to this message has been dealt with. */
  done(seq: number): void;
  /** Messages that wait. @throws AppError while the stream cannot be asked */
  behind(): Promise<number>;
}

/** A stream of log lines that outlives its readers, cut into partitions by namespace. */
export interface LogStreamPort {
  /** Which stream holds the partition: another text once it was lost and made anew, and positions begin again. @throws AppError */
  epoch(partition: number): Promise<string>;
  /** Keeps lines; the same `id` again within the stream's memory of ids changes nothing. @throws AppError */
  publish(partition: number, id: string, data: Uint8Array): Promise<void>;
  /** From the message after `seq` on, or from the oldest there is. @throws AppError */
  read(partition: number, seq: number): Promise<PartitionReader>;
}

const linesSchema = z.array(
  z.tuple([z.number(), z.string().max(253), z.string().max(253), z.string().max(253), z.string()]),
);

/** Lines kept in one message: large enough to be cheap, small enough to be dealt with in a moment. */
export const linesPerMessage = 500;
const bytesPerMessage = 512 * 1024;

/** Cuts lines into messages. */
export function* encodeLines(lines: readonly LogLine[]): Generator<Uint8Array> {
  let batch: unknown[] = [];
  let bytes = 0;
  for (const { at, namespace, pod, container, line } of lines) {
    batch.push([at, namespace, pod, container, line]);
    bytes += line.length;
    if (batch.length < linesPerMessage && bytes < bytesPerMessage) continue;
    yield Buffer.from(JSON.stringify(batch));
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield Buffer.from(JSON.stringify(batch));
}

/** @returns undefined when it holds no lines of ours */
export function decodeLines(data: Uint8Array): readonly LogLine[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(data).toString());
  } catch {
    return undefined;
  }
  return linesSchema
    .safeParse(json)
    .data?.map(([at, namespace, pod, container, line]) => ({ at, namespace, pod, container, line }));
}
