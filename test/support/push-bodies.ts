import { snappyBlock } from "./snappy-block.ts";

export interface WishedStream {
  readonly labels: string;
  readonly entries: readonly {
    readonly seconds: number;
    readonly nanos?: number;
    readonly line: string | Buffer;
    readonly metadata?: Record<string, string>;
  }[];
}

function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

export const numberField = (number: number, value: number | bigint) =>
  Buffer.concat([varint(number * 8), varint(value)]);
export const bytesField = (number: number, value: Buffer | string) => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
};

/** `logproto.PushRequest`, as Promtail and Alloy write it. */
export function pushMessage(streams: readonly WishedStream[]): Buffer {
  return Buffer.concat(
    streams.map(({ labels, entries }) =>
      bytesField(
        1,
        Buffer.concat([
          bytesField(1, labels),
          ...entries.map(({ seconds, nanos = 0, line, metadata = {} }) =>
            bytesField(
              2,
              Buffer.concat([
                bytesField(1, Buffer.concat([numberField(1, seconds), numberField(2, nanos)])),
                bytesField(2, Buffer.from(line as string)),
                ...Object.entries(metadata).map(([name, value]) =>
                  bytesField(3, Buffer.concat([bytesField(1, name), bytesField(2, value)])),
                ),
              ]),
            ),
          ),
          numberField(3, 0xdeadbeefdeadbeefn),
        ]),
      ),
    ),
  );
}

export const packedPush = (streams: readonly WishedStream[]) => snappyBlock(pushMessage(streams));
