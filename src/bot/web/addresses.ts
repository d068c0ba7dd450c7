import { BlockList, isIP } from "node:net";

/** IPv4 addresses arrive as `::ffff:10.0.0.7` on sockets that speak both. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, "");

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Whether an address is one of these addresses and ranges (`10.0.0.0/8`). */
export function addressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return (address) => isIP(plain(address)) !== 0 && list.check(plain(address), familyOf(plain(address)));
}

export const isLoopback = addressList(["127.0.0.0/8", "::1"]);

/** Names by which this machine calls itself. Any other name in the Host header was made to lead here (DNS rebinding). */
export function isLocalHost(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host ?? "");
}
