// The inventory's part of the demo: what a colleague's reporter put there, what Yunfan reported, and an alarm that shows and clears.
import { setTimeout as delay } from "node:timers/promises";
import type { Kubectl } from "../controlplane/kubectl.ts";
import { CLUSTER_ID } from "./samples.ts";

interface Wishes {
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

interface StoredRecord {
  readonly clusterId: string;
  readonly resourceType: string;
  readonly resourceName: string;
}

const WITHIN_MS = 60_000;
const POLL_MS = 300;

/** Three pods of the shop that run in the cluster: what the sample of an InventoryQuery waits for. */
export async function colleagueReportsPods(url: string): Promise<void> {
  for (const name of ["web-1", "web-2", "web-3"]) {
    const data = { metadata: { name, namespace: "shop" }, status: { phase: "Running", hostIP: "10.0.0.7" } };
    const key = { clusterId: CLUSTER_ID, namespace: "shop", resourceType: "Pod", resourceName: name };
    await ask(url, "POST", "records", { ...key, data });
  }
}

/** The samples of all clouds, as they lie in the inventory. */
export async function showRecords(url: string, { say }: Wishes): Promise<void> {
  const { records } = (await ask(url, "GET", "state")) as { readonly records: readonly StoredRecord[] };
  const ours = records.filter(({ resourceType }) => resourceType.startsWith("Yunfan"));
  const lines = ours.map((one) => `  ${one.clusterId}  ${one.resourceType.padEnd(22)} ${one.resourceName}`);
  say(`\nIn the simulated inventory:\n\n${lines.toSorted().join("\n")}\n`);
}

/** A colleague raises an alarm about the cluster, and it is over. */
export async function showAlarm(kubectl: Kubectl, url: string, { say, signal }: Wishes): Promise<void> {
  const alarm = { clusterId: CLUSTER_ID, module: "bcs-health", message: "the disk of 10.0.0.7 is full" };
  const { id } = (await ask(url, "POST", "alarms", alarm)) as { readonly id: string };
  say(await conditionOnceIt(kubectl, "False", signal));
  await ask(url, "DELETE", `alarms/${id}`);
  say(`${await conditionOnceIt(kubectl, "True", signal)}\n`);
}

/** As kubectl shows it. Throws where it does not come to it. */
async function conditionOnceIt(kubectl: Kubectl, status: "True" | "False", signal: AbortSignal): Promise<string> {
  const startedAt = performance.now();
  const path = '{range .status.conditions[?(@.type=="AlarmsClear")]}{.status} {.reason}: {.message}{end}';
  while (!signal.aborted && performance.now() - startedAt < WITHIN_MS) {
    const { stdout } = await kubectl(["get", "managedcluster", "production", "-o", `jsonpath=${path}`]);
    if (stdout.startsWith(status)) return ` managedcluster production  AlarmsClear ${stdout}`;
    await delay(POLL_MS);
  }
  if (signal.aborted) return "";
  throw new Error(`AlarmsClear of managedcluster production did not become ${status}`);
}

async function ask(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/_simulator/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} of the simulated inventory: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
