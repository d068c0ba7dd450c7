const call = /^(?:Failed to pull image "[^"]*": )?(?:rpc error: code = \w+ desc = )?/;
/** Each names the image once more. */
const wrapping = /failed to (?:pull and unpack image|resolve reference|copy) "[^"]*": /g;

/**
 * What a registry or the way to it said to an attempt to pull, without the words that kubelets and runtimes put around it: they
 * come first, name the image two or three times, and leave no room for the rest where a text is cut.
 */
export function pullAnswerOf(message: string): string {
  return message.replace(call, "").replaceAll(wrapping, "");
}
