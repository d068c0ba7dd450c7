import { Counter, type Registry } from "prom-client";

/** A counter whose value is kept elsewhere and read when somebody asks for it; 0 until it is kept, so that a rate can be taken from the start. */
export function addTotal(registry: Registry, name: string, help: string, read: () => number | undefined): void {
  new Counter({
    name: `kubemend_${name}_total`,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read() ?? 0);
    },
  });
}
