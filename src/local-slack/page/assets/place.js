import { act } from "./server.js";
import { store } from "./store.js";

/**
 * Where elements stand: a message or a view, with what was entered there. Entered values outlive re-rendering, so an
 * edit of the message or the view by the bot loses nothing a person typed.
 */
export function createPlace(address) {
  const entered = new Map();
  const key = (block, element) => `${block.block_id}\u0000${element.action_id}`;
  return {
    address,
    errors: {},
    read: (block, element) => entered.get(key(block, element)),
    write: (block, element, value) => entered.set(key(block, element), value),
    /** block_id -> action_id -> value */
    all: () => {
      const values = {};
      for (const [name, value] of entered) {
        const [block, action] = name.split("\u0000");
        values[block] = { ...values[block], [action]: value };
      }
      return values;
    },
    /** Tells the bot that an element was used. */
    use(block, element, value) {
      return act("click", {
        as: store.me,
        ...address,
        action_id: element.action_id,
        block_id: block.block_id,
        value,
        entered: this.all(),
      });
    },
    suggest(block, element, value) {
      return act("suggest", {
        as: store.me,
        ...address,
        action_id: element.action_id,
        block_id: block.block_id,
        value,
      });
    },
  };
}

const places = new Map();
const mostPlaces = 500;

/** The place of a message or view, the same one at every rendering. */
export function placeOf(address) {
  const name = JSON.stringify([store.me, address]);
  const known = places.get(name);
  if (known) return known;
  const place = createPlace(address);
  places.set(name, place);
  if (places.size > mostPlaces) places.delete(places.keys().next().value);
  return place;
}
