/** What a first-time visitor reads before anything happens: what this is, what to open, how it ends. */
export function introduction(where: { readonly slack: string; readonly web: string | undefined }): readonly string[] {
  return [
    "",
    "An incident recorded from a real cluster is served again as a Kubernetes API. kubemend watches it as it would watch yours. " +
      "All of it runs on this machine, and nothing leaves it.",
    "",
    `Local Slack: ${where.slack}   open it: trouble comes in half a minute`,
    ...(where.web ? [`Web pages:   ${where.web}   charts, topology, evidence, audit`] : []),
    "Ctrl-C ends it and leaves nothing behind.",
    "",
  ];
}
