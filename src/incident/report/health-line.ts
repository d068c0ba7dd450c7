/** One part of kubemend itself, for people: is it well, and what does it say. */
export interface HealthLine {
  readonly name: string;
  readonly state: "ok" | "trouble" | "off";
  readonly detail: string;
}
