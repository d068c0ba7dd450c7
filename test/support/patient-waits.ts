import { vi } from "vitest";

// What is waited for comes later on a busy machine than within vitest's one second. A wait ends as soon as it is met.
const { waitFor, waitUntil } = vi;
const patienceMs = 30_000;
type Options = Parameters<typeof waitFor>[1];
const patient = (options: Options) => {
  const asked = typeof options === "number" ? { timeout: options } : options;
  return { ...asked, timeout: Math.max(patienceMs, asked?.timeout ?? 0) };
};
vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
