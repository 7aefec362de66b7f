// Which hosts are reached straight although there is a proxy: NO_PROXY as Go and curl read it. Names are never resolved for it.
import { BlockList, isIP } from "node:net";
import { domainToASCII } from "node:url";

/** `port`: only that one; 0: any. */
type Matches = (host: Host) => boolean;

interface Host {
  /** In lower case, without brackets and without a dot at its end. */
  readonly name: string;
  readonly port: number;
}

export interface Bypass {
  /** `origin`: as URL gives it. */
  covers(origin: string): boolean;
  /** Entries that can never cover anything. */
  readonly meaningless: readonly string[];
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/**
 * Entries are separated by commas or blanks: `*` for everything; an address; a range such as 10.0.0.0/8 or fd00::/8; a domain,
 * with or without a dot before it, and all that is below it; `*.domain` for what is below it alone. All but ranges may end in a
 * port.
 */
export function parseBypass(text: string): Bypass {
  const entries = text.split(/[,\s]+/).filter((entry) => entry !== "");
  const parsed = entries.map((entry) => ({ entry, matches: matcherOf(entry) }));
  return {
    covers: (origin) => {
      const host = hostOf(origin);
      return parsed.some(({ matches }) => matches?.(host) ?? false);
    },
    meaningless: parsed.filter(({ matches }) => matches === undefined).map(({ entry }) => entry),
  };
}

function hostOf(origin: string): Host {
  const { protocol, hostname, port } = new URL(origin);
  const name = withoutBrackets(hostname).replace(/\.$/, "").toLowerCase();
  return { name, port: port === "" ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port) };
}

function matcherOf(entry: string): Matches | undefined {
  if (entry.includes("/")) return rangeMatcher(entry);
  const { name, port } = splitPort(entry);
  const matches = nameMatcher(name);
  return matches && ((host) => (port === undefined || port === host.port) && matches(host));
}

/** An IPv6 address with a port has brackets; one without may have them. */
function splitPort(entry: string): { name: string; port: number | undefined } {
  const { name = "", port } = /^(?<name>\[.+\]|[^:]*)(?::(?<port>\d{1,5}))$/.exec(entry)?.groups ?? { name: entry };
  return { name: withoutBrackets(name), port: port === undefined ? undefined : Number(port) };
}

function withoutBrackets(name: string): string {
  return name.replace(/^\[(.+)\]$/, "$1");
}

function nameMatcher(name: string): Matches | undefined {
  if (name === "*") return () => true;
  if (isIP(name) !== 0) return addressMatcher((list, family) => list.addAddress(name, family), name);
  const isBelowAlone = name.startsWith("*.");
  const domain = domainToASCII(name.replace(/^\*?\./, "").replace(/\.$/, "")).toLowerCase();
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(domain)) return undefined;
  return (host) => host.name.endsWith(`.${domain}`) || (!isBelowAlone && host.name === domain);
}

function rangeMatcher(entry: string): Matches | undefined {
  const { address = "", prefix = "" } = /^(?<address>[^/]+)\/(?<prefix>\d{1,3})$/.exec(entry)?.groups ?? {};
  const bits = Number(prefix);
  const family = isIP(address);
  if (family === 0 || prefix === "" || bits > (family === 4 ? 32 : 128)) return undefined;
  return addressMatcher((list, version) => list.addSubnet(address, bits, version), address);
}

type Family = "ipv4" | "ipv6";

function addressMatcher(add: (list: BlockList, family: Family) => void, address: string): Matches {
  const list = new BlockList();
  add(list, familyOf(address));
  return ({ name }) => isIP(name) !== 0 && list.check(name, familyOf(name));
}

function familyOf(address: string): Family {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}
