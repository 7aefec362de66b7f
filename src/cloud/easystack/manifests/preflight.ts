// What the cloud can tell to be wrong before an object is written (1.4, 1.6, 1.19, 1.20): node ports that are taken, keys that are not in
// a ConfigMap or Secret, types of volumes that there are not.
import * as z from "zod";
import { CloudError, type RefusalCause } from "../../errors.ts";
import type { LiveObject, Manifest } from "../../facets/manifests.ts";
import { listOf, optionalText } from "../../kit/wire.ts";
import { NODE_PORT_TAKEN } from "../../manifests/status-error.ts";
import type { Turn } from "../places/turn.ts";
import { whole } from "../wire.ts";
import { itemsIn, membersIn } from "./members.ts";
import { keysWanted } from "./wanted-keys.ts";

interface Preflight {
  /** In messages, such as: Create Service shop/web. */
  readonly operation: string;
  readonly manifest: Manifest;
  /** Undefined before it is made. */
  readonly live: LiveObject | undefined;
  /** Names of the types of volumes. */
  readonly volumeTypes: () => Promise<readonly string[]>;
}

/** Throws CloudError Rejected, which names the field and what there is; nothing was sent then. */
export async function assertSound(turn: Turn, preflight: Preflight): Promise<void> {
  const causes = await causesOf(turn, preflight);
  const [first] = causes;
  if (first === undefined) return;
  const { operation, manifest } = preflight;
  throw new CloudError("Rejected", {
    message: `${operation} was not sent: ${causes.map(({ field, message }) => `${field}: ${message}`).join("; ")}`,
    codes: [manifest.kind === "Service" ? NODE_PORT_TAKEN : "preflight"],
    causes,
    advice: "",
  });
}

function causesOf(turn: Turn, preflight: Preflight): Promise<readonly RefusalCause[]> {
  switch (preflight.manifest.kind) {
    case "Service":
      return takenPorts(turn, preflight);
    case "StorageClass":
      return unknownTypes(preflight);
    default:
      return missingKeys(turn, preflight);
  }
}

const portList = z.object({ nodeports: listOf(whole) });

async function takenPorts(turn: Turn, { manifest, live }: Preflight): Promise<readonly RefusalCause[]> {
  const own = new Set(live ? portsOf(live).map(({ port }) => port) : []);
  const wanted = portsOf(manifest).filter(({ port }) => !own.has(port));
  if (wanted.length === 0) return [];
  const { nodeports } = await turn.read({ operation: "ListNodePorts" }, portList);
  const used = new Set(nodeports);
  return wanted
    .filter(({ port }) => used.has(port))
    .map(({ path, port }) => ({ field: path, message: `node port ${port} is another Service's in this cluster` }));
}

function portsOf(service: Manifest): readonly { path: string; port: number }[] {
  return itemsIn(membersIn(service["spec"])["ports"]).flatMap((item, at) => {
    const { nodePort } = membersIn(item);
    return typeof nodePort === "number" && nodePort > 0 ? [{ path: `spec.ports[${at}].nodePort`, port: nodePort }] : [];
  });
}

/** A class that is there can't change its parameters anyway. */
async function unknownTypes({ manifest, live, volumeTypes }: Preflight): Promise<readonly RefusalCause[]> {
  const { type } = membersIn(manifest["parameters"]);
  if (live !== undefined || typeof type !== "string" || type === "") return [];
  const known = await volumeTypes();
  if (known.includes(type)) return [];
  return [{ field: "parameters.type", message: `there is no volume type ${type}; there are ${known.join(", ")}` }];
}

const keyList = z.object({ keys: listOf(z.string()) });

/** Of what is there: what is not may still come, as Kubernetes has it. */
async function missingKeys(turn: Turn, { manifest }: Preflight): Promise<readonly RefusalCause[]> {
  const wanted = keysWanted(manifest);
  const holders = Map.groupBy(wanted, ({ kind, name }) => `${kind}/${name}`);
  const causes: RefusalCause[] = [];
  for (const references of holders.values()) {
    const [first] = references;
    if (first === undefined) continue;
    const { kind, name } = first;
    const operation = kind === "ConfigMap" ? "ListConfigMapKeys" : "ListSecretKeys";
    const found = await turn.find({ operation, names: { name } }, keyList);
    if (found === "Absent") continue;
    for (const { path, key } of references) {
      if (found.keys.includes(key)) continue;
      causes.push({ field: path, message: `${kind} ${name} has no key ${key}; it has ${found.keys.join(", ")}` });
    }
  }
  return causes;
}

const type = z.object({ name: optionalText, type: optionalText });

/** For the list of types, which the reference gives no name (1.20). */
export const volumeTypeList = z
  .union([listOf(type), z.object({ volumes: listOf(type) }).transform(({ volumes }) => volumes)])
  .transform((types) => types.flatMap(({ name }) => name ?? []));
