import { h } from "./dom.js";

/** As blocks.css has it. */
const highestPx = 400;

/**
 * A picture that takes its place before it is loaded, where its size in pixels is known: what stands below it, buttons among
 * them, does not move away from under a pointer.
 */
export function picture(source, alt, { width, height }) {
  const known = width > 0 && height > 0;
  const scale = known ? Math.min(1, highestPx / height) : 1;
  const size = known ? { width: Math.round(width * scale), height: Math.round(height * scale) } : {};
  return h("img", { src: source, alt, ...size });
}
