/** Kinds of objects that answer requests, or stand for what does. */
export const servingKinds: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "Service", "Pod"]);
