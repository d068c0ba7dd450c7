/**
 * Changes of what is in `area` wait while somebody presses there: a button that is replaced or moves away between press and
 * release gets no click, and a text that somebody is marking would be lost.
 * @returns `soon(change)`, which makes the change now or, in the order they came, after the release; and `close()`
 */
export function whilePressed(area) {
  const waiting = [];
  let pressed = false;
  const press = (event) => {
    if (event.isPrimary) pressed = true;
  };
  const flush = () => {
    pressed = false;
    for (const change of waiting.splice(0)) change();
  };
  // The click follows the release; what waits is changed after it.
  const release = ({ type, target }) => {
    const isElsewhere = type === "blur" && target !== window; // a control lost the focus; the button may still be down
    if (pressed && !isElsewhere) setTimeout(flush, 0);
  };
  const ends = ["pointerup", "pointercancel", "blur", "dragend"];
  area.addEventListener("pointerdown", press);
  for (const name of ends) window.addEventListener(name, release, true);
  return {
    soon: (change) => (pressed ? void waiting.push(change) : change()),
    close() {
      area.removeEventListener("pointerdown", press);
      for (const name of ends) window.removeEventListener(name, release, true);
    },
  };
}
