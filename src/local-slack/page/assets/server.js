const token = document.querySelector('meta[name="page-token"]')?.getAttribute("content") ?? "";

export async function getJson(what, query) {
  const response = await fetch(`/ui/${what}?${new URLSearchParams(query)}`, { credentials: "same-origin" });
  if (!response.ok) throw new Error((await response.json()).error ?? `HTTP ${response.status}`);
  return await response.json();
}

/** Does something as a person. @returns the outcome; never throws */
export async function act(name, body) {
  try {
    const response = await fetch(`/ui/${name}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", "x-page-token": token },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok ? answer : { ok: false, error: answer.error ?? `HTTP ${response.status}` };
  } catch {
    return { ok: false, error: "The local Slack does not answer. Is it still running?" };
  }
}

/**
 * Opens the stream of changes. `onState` hears "open", "lost" (the browser tries again by itself) and "refused" (the
 * server was restarted and knows this page no more). @returns closes it
 */
export function openStream(user, onUpdate, onState) {
  const source = new EventSource(`/ui/stream?${new URLSearchParams({ as: user })}`);
  source.addEventListener("message", (event) => onUpdate(JSON.parse(event.data)));
  source.addEventListener("open", () => onState("open"));
  source.addEventListener("error", () => onState(source.readyState === EventSource.CLOSED ? "refused" : "lost"));
  return () => source.close();
}
