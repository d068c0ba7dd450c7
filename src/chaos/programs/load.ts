// Runs in a pod of its own, from a ConfigMap: asks one address at a steady rate. Only Node's own modules.
const url = process.env["URL"] ?? "";
const perSecond = Number(process.env["PER_SECOND"] ?? 10);
const mostAtOnce = 500;

let underway = 0;
const counts = { sent: 0, failed: 0, skipped: 0 };

async function ask(): Promise<void> {
  // A service that no longer answers must not fill our own memory.
  if (underway >= mostAtOnce) {
    counts.skipped++;
    return;
  }
  underway++;
  counts.sent++;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.arrayBuffer();
    if (!response.ok) counts.failed++;
  } catch {
    // That it fails under load is what is being found out; it is counted.
    counts.failed++;
  } finally {
    underway--;
  }
}

setInterval(() => void ask(), 1_000 / perSecond);
setInterval(() => console.log(JSON.stringify({ level: "info", msg: "load", underway, ...counts })), 10_000);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
