import type { App, ReceiverEvent } from "@slack/bolt";
import { hearEvent } from "./heard-event.ts";
import type { HandlerDeps } from "./request.ts";

/**
 * Takes events before Bolt does: Bolt acknowledges them first and hands them on after, so that a crash in between would lose
 * one. Here an event is a row before Slack hears that it arrived; without a row Slack sends it again.
 */
export function listenToEvents(app: App, deps: HandlerDeps): void {
  const { keepEvent } = deps;
  const others = app.processEvent.bind(app);
  app.processEvent = async (received: ReceiverEvent) => {
    if (received.body["type"] !== "event_callback") return await others(received);
    const heard = hearEvent(received.body);
    if (heard && keepEvent) await keepEvent(heard.id, heard.event);
    await received.ack();
  };
}
