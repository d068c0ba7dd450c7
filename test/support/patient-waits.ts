import { vi } from "vitest";

// What is waited for comes later on a busy machine than within vitest's one second. A wait ends as soon as it is met.
const { waitFor, waitUntil } = vi;
const patient = { timeout: 20_000 };
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === "number" ? options : { ...patient, ...options });
vi.waitUntil = (callback, options) =>
  waitUntil(callback, typeof options === "number" ? options : { ...patient, ...options });
