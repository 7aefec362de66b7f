// The shipped samples, pointed at the simulators: endpoint, credentials, request budget and ids of existing storage are all that changes.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments, stringify } from "yaml";

const SAMPLES = path.resolve(import.meta.dirname, "../manifests/samples");

export interface Simulated {
  /** Folder below manifests/samples. */
  readonly folder: string;
  /** Which of them, without ".yaml"; all where unset. */
  readonly samples?: readonly string[];
  readonly url: string;
  /** Replace the placeholders in the sample's credentials Secret. */
  readonly credentials: Readonly<Record<string, string>>;
}

interface Manifest {
  apiVersion: string;
  kind: string;
  type?: string;
  stringData?: Record<string, string>;
  spec?: Record<string, unknown>;
}

/** The cluster's id in the simulated inventory, as the sample of an InventoryQuery has it. */
export const CLUSTER_ID = "BCS-K8S-40001";

/** Left out of the samples, since it is not for everybody: the cluster is known to an inventory, which is asked often. */
const ADDED: Readonly<Record<string, object>> = {
  ManagedCluster: { inventoryClusterId: CLUSTER_ID },
  AlarmSource: { pollIntervalSeconds: 5 },
};

/**
 * All manifests of one cloud as YAML, but for those that take in a server that exists, and how many resources of yunfan.dev are in it.
 * Storage that they claim is made in the simulator.
 */
export async function samplesFor(simulated: Simulated): Promise<{ yaml: string; count: number }> {
  const { folder, url, credentials, samples } = simulated;
  const directory = path.join(SAMPLES, folder);
  const isWanted = (file: string): boolean => samples?.includes(path.basename(file, ".yaml")) ?? file.endsWith(".yaml");
  const files = (await readdir(directory)).filter(isWanted).sort();
  const texts = await Promise.all(files.map((file) => readFile(path.join(directory, file), "utf8")));
  const manifests = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Manifest));
  const wanted = manifests.filter(needsNoServer).map((manifest) => withStorage(manifest, url));
  const adapted = (await Promise.all(wanted)).map((manifest) => adapt(manifest, url, credentials));
  const count = adapted.filter(({ apiVersion }) => apiVersion.startsWith("yunfan.dev/")).length;
  return { yaml: adapted.map((manifest) => stringify(manifest)).join("---\n"), count };
}

/** A sample that takes in a server of yours has none to take where nobody has one. */
function needsNoServer({ spec = {} }: Manifest): boolean {
  return spec["existingServer"] === undefined;
}

/** A claim of storage that exists needs some: it is planted in the simulated cloud, as a colleague would make it. */
async function withStorage(manifest: Manifest, url: string): Promise<Manifest> {
  const huawei = manifest.spec?.["huawei"] as { storageType: string } | undefined;
  if (manifest.kind !== "CloudVolumeClaim" || huawei === undefined) return manifest;
  const { storageType } = huawei;
  const body = JSON.stringify({ name: "disk", storageType, sizeGiB: 100 });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/_simulator/volumes`, { method: "POST", headers, body });
  const { id } = (await answer.json()) as { id: string };
  return { ...manifest, spec: { ...manifest.spec, huawei: { ...huawei, volumeId: id } } };
}

function adapt(manifest: Manifest, url: string, credentials: Readonly<Record<string, string>>): Manifest {
  const fields = ADDED[manifest.kind];
  if (fields) return { ...manifest, spec: { ...manifest.spec, ...fields } };
  if (manifest.type === "yunfan.dev/credentials") return { ...manifest, stringData: { ...credentials } };
  if (manifest.kind !== "CloudAccount") return manifest;
  // A budget for a real cloud would take longer than all that the simulated one does.
  const requestBudget = { readsPerMinute: 6_000, writesPerMinute: 600 };
  return { ...manifest, spec: { ...manifest.spec, endpoint: url, tls: { mode: "Plaintext" }, requestBudget } };
}
