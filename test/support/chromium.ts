import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The distribution's Chromium; installed where it is missing and we may, else a line that says how. */
export function ensureChromium(): { path?: string; why: string } {
  const asked = process.env["KUBEMEND_CHROMIUM"];
  const found = [asked, ...places].find((path) => path && existsSync(path));
  if (found) return { path: found, why: "" };
  const how = "install Chromium (Debian: apt-get install chromium), or name it in KUBEMEND_CHROMIUM.";
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return { why: how };
  console.log("Installing Chromium from the distribution for the browser tests (once, about a minute) …");
  const quiet = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  spawnSync("apt-get", ["update"], quiet);
  spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium"], quiet);
  const installed = places.find((path) => existsSync(path));
  return installed ? { path: installed, why: "" } : { why: how };
}
