import { Gauge, type Registry } from "prom-client";

/** A gauge whose value is read when somebody asks for it; 0 while there is none. */
export function addGauge(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  new Gauge({
    name: `kubemend_${name}`,
    help,
    registers: [registry],
    collect() {
      this.set(read() ?? 0);
    },
  });
}
