const network =
  /set ?up (?:the )?(?:sandbox container "[^"]*" )?network|network for (?:the )?(?:pod )?sandbox|\bCNI\b|\bcni plugin|\bIPAM\b|IP address(?:es)? (?:available|to container)|no IP addresses|failed to allocate for range|network (?:plugin|is not ready)/i;

/** Does this warning about a pod (FailedCreatePodSandBox, NetworkNotReady) say that its node had no network for it? */
export function saysNoNetwork(message: string): boolean {
  return network.test(message);
}
