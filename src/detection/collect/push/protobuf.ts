/** One field of a protobuf message: a number, or bytes that may be text or a message of their own. */
export interface ProtobufField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/**
 * The fields of one message in the order they were written (https://protobuf.dev/programming-guides/encoding/). Fixed-size
 * fields are passed over; nested messages are read by whoever knows them.
 * @throws RangeError when the message is damaged
 */
export function* readProtobuf(message: Uint8Array): Generator<ProtobufField, void, undefined> {
  let at = 0;
  const varint = (): bigint => {
    let low = 0;
    let value = 0n;
    for (let shift = 0; shift < 70; shift += 7) {
      const part = message[at++];
      if (part === undefined) throw new RangeError("the message ends too early");
      // Most numbers are lengths of a few bits; only long ones pay for a bigint each step.
      if (shift < 28) low += (part & 0x7f) * 2 ** shift;
      else value |= BigInt(part & 0x7f) << BigInt(shift);
      if (part < 0x80) return BigInt.asUintN(64, value | BigInt(low));
    }
    throw new RangeError("a number of the message has no end");
  };
  const bytes = (length: number): Uint8Array => {
    if (at + length > message.length) throw new RangeError("the message ends too early");
    at += length;
    return message.subarray(at - length, at);
  };

  while (at < message.length) {
    const key = varint();
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        bytes(8);
        break;
      case 2:
        yield { number, value: bytes(Number(varint())) };
        break;
      case 5:
        bytes(4);
        break;
      default:
        throw new RangeError("the message has a field of an unknown type");
    }
  }
}

const decoder = new TextDecoder();

/** Invalid UTF-8 becomes U+FFFD. */
export function textOf(value: bigint | Uint8Array): string {
  return typeof value === "bigint" ? "" : decoder.decode(value);
}
