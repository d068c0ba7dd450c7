import { createRequire } from "node:module";
import { dirname } from "node:path";
import util from "node:util";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

export type TrainingBackend = "tensorflow" | "wasm";

/**
 * Chooses what tfjs computes with: native TensorFlow where `@tensorflow/tfjs-node` is installed and loads, else WebAssembly.
 * tfjs' own `cpu` backend is never used: an epoch would take minutes.
 */
export async function chooseBackend(): Promise<TrainingBackend> {
  if (await loadsNative()) return "tensorflow";
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly backend of tfjs does not start");
  await tf.ready();
  return "wasm";
}

async function loadsNative(): Promise<boolean> {
  // tfjs-node 4.22 calls two functions that Node removed from `util` in version 23.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  // Optional: npm leaves it out where its library cannot be downloaded, so its types may be missing too.
  const optional = "@tensorflow/tfjs-node";
  try {
    await import(optional);
    return await tf.setBackend("tensorflow");
  } catch {
    // Not installed, or its library does not fit this machine: WebAssembly does the same, more slowly.
    return false;
  }
}
