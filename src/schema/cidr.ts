// Ranges of IPv4 addresses, as clouds take them for networks.
import * as z from "zod";
import { withRule } from "./enforced.ts";

/**
 * Between /8 and /29. Host bits are refused, because clouds cut them off: what is declared would then differ from what is there
 * for ever.
 */
export const ipv4Cidr = withRule(
  z
    .string()
    .max(18)
    .regex(
      /^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\/([89]|1[0-9]|2[0-9])$/,
    ),
  {
    rule: "!isCIDR(self) || cidr(self).masked() == cidr(self)",
    message: "the address must be the first of its range, as in 10.0.0.0/16 (not 10.0.0.1/16)",
  },
  isMasked,
);

function isMasked(cidr: string): boolean {
  const [address = "", prefix = "0"] = cidr.split("/");
  const hostBits = 32 - Number(prefix);
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return Number.isNaN(number) || number % 2 ** hostBits === 0;
}
