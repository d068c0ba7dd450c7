import { bytesField, numberField } from "./push-bodies.ts";
import { snappyBlock } from "./snappy-block.ts";

type Labels = Readonly<Record<string, string>>;

/** A sample of a plain series, or of a native histogram: everything that was observed since the start. */
export interface WrittenSample {
  readonly labels: Labels;
  readonly sample: number | readonly number[];
}

const doubleField = (number: number, value: number) => {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(number * 8 + 1);
  bytes.writeDoubleLE(value, 1);
  return bytes;
};
const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
/** A packed list of signed numbers, all small here. */
const packed = (number: number, values: readonly number[]) =>
  bytesField(number, Buffer.concat(values.map((value) => numberField(0, zigzag(value)).subarray(1))));

/** Buckets grow by 2^(1/8). */
const schema = 3;

/** `prometheus.Histogram` (https://github.com/prometheus/prometheus/blob/main/prompb/types.proto) of these values, all above zero. */
function histogramMessage(values: readonly number[], at: number): Buffer {
  const counts = new Map<number, number>();
  for (const value of values) {
    const index = Math.ceil(Math.log2(value) * 2 ** schema);
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  const first = Math.min(...counts.keys());
  const size = counts.size === 0 ? 0 : Math.max(...counts.keys()) - first + 1;
  const filled = Array.from({ length: size }, (_, i) => counts.get(first + i) ?? 0);
  return Buffer.concat([
    numberField(1, values.length),
    doubleField(
      3,
      values.reduce((sum, value) => sum + value, 0),
    ),
    numberField(4, zigzag(schema)),
    doubleField(5, 2 ** -128),
    numberField(6, 0),
    ...(size === 0 ? [] : [bytesField(11, Buffer.concat([numberField(1, zigzag(first)), numberField(2, size)]))]),
    ...(size === 0
      ? []
      : [
          packed(
            12,
            filled.map((count, i) => count - (filled[i - 1] ?? 0)),
          ),
        ]),
    numberField(15, at),
  ]);
}

/** `prometheus.WriteRequest` of samples of one time (ms), packed. */
export function remoteWriteBody(samples: readonly WrittenSample[], at: number): Buffer {
  const series = samples.map(({ labels, sample }) => {
    const names = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const told = names.map(([name, value]) =>
      bytesField(1, Buffer.concat([bytesField(1, name), bytesField(2, value)])),
    );
    const written =
      typeof sample === "number"
        ? bytesField(2, Buffer.concat([doubleField(1, sample), numberField(2, at)]))
        : bytesField(4, histogramMessage(sample, at));
    return bytesField(1, Buffer.concat([...told, written]));
  });
  return snappyBlock(Buffer.concat(series));
}
