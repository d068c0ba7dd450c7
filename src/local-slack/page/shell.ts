const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);
}

/** In this order: later ones refine earlier ones. */
const styles = ["theme", "parts", "page", "sidebar", "pane", "message", "blocks", "controls", "dialog"];

/** The page's HTML; the scripts build everything inside it. */
export function shell(teamName: string, token: string, firstUser: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="page-token" content="${escapeHtml(token)}">
<meta name="first-user" content="${escapeHtml(firstUser)}">
<title>${escapeHtml(teamName)} - local Slack</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
${styles.map((name) => `<link rel="stylesheet" href="/assets/${name}.css">`).join("\n")}
<script type="module" src="/assets/main.js"></script>
</head>
<body>
<div id="app"><p class="starting">Opening the workspace...</p></div>
<noscript><p class="starting">This page needs JavaScript; all of it comes from this machine.</p></noscript>
</body>
</html>
`;
}
