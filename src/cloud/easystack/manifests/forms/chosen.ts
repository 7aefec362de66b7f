// What the cloud makes of its own accord as it makes an object, such as selectors: it is compared with what is declared of it once it is there.
import type { LiveObject, Manifest } from "../../../facets/manifests.ts";
import { assertNone } from "./preflight.ts";
import { missingIn } from "./subset.ts";

export const CHOSEN_BY_CLOUD = "the cloud has chosen it as it made the object. Declare what it is, or leave it out";

/** In a spec. */
const CHOSEN = ["selector", "serviceName"] as const;

/** Throws CloudError Rejected where the cloud has made of it something else than what is declared. */
export function assertChosen(manifest: Manifest, live: LiveObject, operation: string): void {
  for (const name of CHOSEN) {
    const [wanted, made] = [memberOf(manifest["spec"], name), memberOf(live["spec"], name)];
    if (wanted === undefined || missingIn(wanted, made) === undefined) continue;
    const message = `${CHOSEN_BY_CLOUD}: ${JSON.stringify(made)}`;
    assertNone([{ path: `spec.${name}`, message }], operation);
  }
  const { provisioner } = manifest;
  if (provisioner === undefined || provisioner === live["provisioner"]) return;
  assertNone([{ path: "provisioner", message: `${CHOSEN_BY_CLOUD}: ${String(live["provisioner"])}` }], operation);
}

/** Throws the same for a change of it. */
export function assertNotChosen({ spec }: Readonly<Record<string, unknown>>, operation: string): void {
  for (const name of CHOSEN) {
    if (memberOf(spec, name) === undefined) continue;
    assertNone([{ path: `spec.${name}`, message: CHOSEN_BY_CLOUD }], operation);
  }
}

export function memberOf(holder: unknown, name: string): unknown {
  return typeof holder === "object" && holder !== null
    ? (holder as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
