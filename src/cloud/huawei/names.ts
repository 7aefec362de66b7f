// The names that CCE takes (CCE API Reference tables 4-4 and 4-223): a refused one costs a write of a scarce budget, so they are checked here.
import { CloudError } from "../errors.ts";

/** Throws CloudError NameRefused. */
export function checkClusterName(name: string): void {
  if (!/^[a-z][a-z0-9-]{2,126}[a-z0-9]$/.test(name)) throw refused(name, "4 to 128");
}

/** Throws CloudError NameRefused. `DefaultPool` begins with a capital letter. */
export function checkNodePoolName(name: string): void {
  if (!/^[a-z](?:[a-z0-9-]{0,48}[a-z0-9])?$/.test(name)) throw refused(name, "1 to 50");
}

/** Of a node that is made (table 4-74). Throws CloudError NameRefused. */
export function checkNewNodeName(name: string): void {
  if (!/^[a-z][a-z0-9-]{2,30}[a-z0-9]$/.test(name)) throw refused(name, "4 to 32");
}

/** Of one that is there (table 4-106). Throws CloudError NameRefused. */
export function checkNodeName(name: string): void {
  if (!isNodeName(name)) throw refused(name, "1 to 56", "Choose another spec.displayName");
}

export function isNodeName(name: string): boolean {
  return /^[a-z](?:[a-z0-9-]{0,54}[a-z0-9])?$/.test(name);
}

function refused(name: string, length: string, advice?: string): CloudError {
  return new CloudError("NameRefused", {
    message: `The cloud does not take the name ${JSON.stringify(name)}: it takes ${length} lower-case letters, digits and hyphens, a letter first and no hyphen last`,
    advice,
  });
}
