// Bind addresses as flags give them.
import { networkInterfaces } from "node:os";

export type BindAddress = { readonly host: string; readonly port: number } | "Off";

/**
 * Reads "host:port", ":port" (all interfaces) or "0" (off, as in controller-runtime). Port 0 takes a free one; an IPv6 host
 * stands in brackets. Throws a RangeError that shows the value.
 */
export function parseBindAddress(text: string): BindAddress {
  if (text === "0") return "Off";
  const match = /^(?:\[(?<ipv6>[^\]]+)\]|(?<host>[^:[\]]*)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.["port"]);
  if (!match || port > 65_535) {
    throw new RangeError(`"${text}" is no bind address: give host:port, :port, or 0 for none`);
  }
  return { host: match.groups?.["ipv6"] ?? (match.groups?.["host"] || allInterfaces()), port };
}

/** Both families through one socket; where the kernel has no IPv6 at all, listening on "::" would fail. */
function allInterfaces(): string {
  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family }) => family === "IPv6"),
  );
  return hasIpv6 ? "::" : "0.0.0.0";
}
