import { imageRepository } from "./image-reference.ts";

const attempt = /^(?:Failed to pull|Back-off pulling) image "([^"]*)"(?:: |$)/;
const call = /^(?:ErrImagePull: )?(?:rpc error: code = \w+ desc = )?/;
/** Each names the image once more; the last is CRI-O's. */
const wrapping =
  /failed to (?:pull and unpack image|resolve (?:image|reference)|copy)(?: "[^"]*")?: |initializing source docker:\/\/\S+: /g;

/**
 * What a registry or the way to it said to an attempt to pull, without the words that kubelets and runtimes put around it: they
 * come first, name the image two or three times, and leave no room for the rest where a text is cut. What has no answer stays as it is.
 */
export function pullAnswerOf(message: string): string {
  const [told = ""] = attempt.exec(message) ?? [];
  return message.slice(told.length).replace(call, "").replaceAll(wrapping, "") || message;
}

/** The same beside the name of the image, which is not said again; empty where nothing else was said. */
export function furtherPullAnswer(message: string, image: string): string {
  const answer = pullAnswerOf(message);
  if (attempt.exec(answer)?.[0] === answer) return "";
  const [front, name] = /^(\S+): /.exec(answer) ?? [];
  return front && name && imageRepository(name) === imageRepository(image) ? answer.slice(front.length) : answer;
}

/** A message about a pull that names its image once. Any other is left as it is. */
export function pullTold(message: string): string {
  const [front, image] = attempt.exec(message) ?? [];
  return front && image ? `${front}${furtherPullAnswer(message, image)}` : message;
}
