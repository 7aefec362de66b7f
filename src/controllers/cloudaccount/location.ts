// Where an account's things are, as one text without blanks: what an id in a status belongs to. An id proves nothing in another
// location: there it is missing, or someone else's.
import type { LocationFacts } from "../../cloud/contract.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { cutDistinct } from "../../lib/names.ts";
import { annotation } from "../lifecycle/resource.ts";

/** On an account: "<old location> <new location>", a person's word that only the address has changed. */
export const SAME_LOCATION = "yunfan.dev/same-location";

/** What a status takes (crds/common/status.ts). */
const LONGEST_LOCATION = 512;
/** With the longest name of a provider and of a region there is room for both. */
const LONGEST_ENDPOINT = 256;
const LONGEST_PROJECT = 120;

/** What a status has no room for is cut, and told apart by a hash: two locations never read the same. */
export function locationText(provider: string, facts: LocationFacts): string {
  const whole = textOf(provider, facts);
  if (whole.length <= LONGEST_LOCATION) return whole;
  const { endpoint, project } = facts;
  return textOf(provider, {
    ...facts,
    endpoint: cutDistinct(endpoint, LONGEST_ENDPOINT),
    project: project && cutDistinct(project, LONGEST_PROJECT),
  });
}

function textOf(provider: string, { endpoint, region, project }: LocationFacts): string {
  const named = [region && `region=${region}`, project && `project=${project}`].filter(Boolean);
  return [provider, endpoint, ...named].join(",");
}

/** Where names compete: by the project where the cloud tells one, whatever address it is reached by; else by the address. */
export function placeOf(location: string): string {
  const [provider, endpoint, ...named] = location.split(",");
  return [provider, ...(tellsProject(location) ? [] : [endpoint]), ...named].join(",");
}

/** Whether both are of one project, by the id that the cloud has given it: then only the address differs. */
export function isOfSameProject(location: string, other: string): boolean {
  return tellsProject(location) && placeOf(location) === placeOf(other);
}

function tellsProject(location: string): boolean {
  return location.split(",").some((member) => member.startsWith("project="));
}

/** Whether the account's annotation says that `old` is where it is now. It counts only while the account is at that one, `present`. */
export function isSameLocation(account: CloudAccount, old: string, present: string): boolean {
  return annotation(account, SAME_LOCATION)?.trim().split(/\s+/).join(" ") === `${old} ${present}`;
}
