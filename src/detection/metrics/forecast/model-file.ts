import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { messageOf } from "../../../lib/app-error.ts";
import { errorCode } from "../../../lib/error-code.ts";
import { type GruWeights, gateCount } from "./gru-network.ts";
import { featureNames } from "./series-features.ts";

const tailSchema = z.strictObject({ threshold: z.number(), rate: z.number(), scale: z.number(), shape: z.number() });
const count = z.int().nonnegative();

/** `model.json`: what the weights beside it are, what they were trained on, and how good they are. */
export const modelCardSchema = z.strictObject({
  format: z.literal(1),
  features: z.array(z.string()),
  hidden: z.int().min(4).max(128).multipleOf(4),
  weights: z.strictObject({ bytes: count, sha256: z.string() }),
  data: z.strictObject({
    sources: z.array(z.string()),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /** Nothing from here on was trained on. */
    heldBackFrom: z.iso.datetime(),
    series: count,
    points: count,
    /** Points in stretches with an incident, which are not an example of normal. */
    pointsLeftOut: count,
  }),
  training: z.strictObject({ seed: z.int(), epochs: count, windows: count, startedFrom: z.string() }),
  /** Mean absolute errors on the held-back time, in units of each series. */
  heldBack: z.strictObject({
    points: count,
    gru: z.number(),
    persistence: z.number(),
    seasonalNaive: z.number(),
    seasonMinutes: z.number(),
    level: z.number(),
  }),
  /** How residuals of each group are distributed beyond their 98th percentile on the held-back time. */
  tails: z.strictObject({
    resource: tailSchema.optional(),
    traffic: tailSchema.optional(),
    trouble: tailSchema.optional(),
  }),
});

export type ModelCard = z.infer<typeof modelCardSchema>;

export interface StoredModel {
  readonly card: ModelCard;
  readonly weights: GruWeights;
}

export type ModelRead =
  | { readonly outcome: "read"; readonly model: StoredModel }
  | { readonly outcome: "absent" }
  | { readonly outcome: "damaged"; readonly detail: string };

/** The model that comes with kubemend. */
export const defaultModelFolder = fileURLToPath(new URL("../../../../models/gru-v1", import.meta.url));

/** In hexadecimal, as the model's card has it. */
export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Little-endian 32-bit floats: gates, bias, output. */
export function encodeWeights({ gates, bias, output }: GruWeights): Uint8Array {
  const all = [...gates, ...bias, ...output];
  const view = new DataView(new ArrayBuffer(all.length * 4));
  for (let i = 0; i < all.length; i++) view.setFloat32(i * 4, all[i] as number, true);
  return new Uint8Array(view.buffer);
}

function decodeWeights(bytes: Uint8Array, hidden: number): GruWeights | undefined {
  const inputs = featureNames.length;
  const gates = gateCount({ inputs, hidden });
  const length = gates + 3 * hidden + hidden + 1;
  if (bytes.byteLength !== length * 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = Float32Array.from({ length }, (_, i) => view.getFloat32(i * 4, true));
  if (!values.every(Number.isFinite)) return undefined;
  return {
    inputs,
    hidden,
    gates: values.slice(0, gates),
    bias: values.slice(gates, gates + 3 * hidden),
    output: values.slice(gates + 3 * hidden),
  };
}

/** Reads `model.json` and `weights.bin`. Never throws: without a model detection still works. */
export function readModel(folder: string): ModelRead {
  try {
    const parsed = modelCardSchema.safeParse(JSON.parse(readFileSync(join(folder, "model.json"), "utf8")));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { outcome: "damaged", detail: `model.json: ${issue?.path.join(".")} ${issue?.message}` };
    }
    const card = parsed.data;
    if (card.features.join() !== featureNames.join())
      return { outcome: "damaged", detail: `it was trained on other inputs (${card.features.join(", ")})` };
    const bytes = readFileSync(join(folder, "weights.bin"));
    if (sha256(bytes) !== card.weights.sha256)
      return { outcome: "damaged", detail: "weights.bin is not the file that model.json describes" };
    const weights = decodeWeights(bytes, card.hidden);
    return weights
      ? { outcome: "read", model: { card, weights } }
      : { outcome: "damaged", detail: "weights.bin has a wrong size or numbers that are not finite" };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { outcome: "absent" };
    return { outcome: "damaged", detail: messageOf(error, 120) };
  }
}
