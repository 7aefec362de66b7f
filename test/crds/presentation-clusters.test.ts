// What a person sees of clusters, node pools and add-ons: columns, and kubectl scale.
import { beforeAll, expect, it } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedAddonManifest, managedClusterManifest, nodePoolManifest } from "../support/environment/resources.ts";

const { kubectl } = sharedControlPlane();
let namespace: string;

beforeAll(async () => {
  namespace = await uniqueNamespace(kubectl, "presentation-clusters");
  const items = [managedClusterManifest(), nodePoolManifest(), managedAddonManifest()];
  await run(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const said = { phase: "Ready", conditions: [ready()] };
  await patchStatus("yfmc/production", {
    externalId: "c-1",
    cloudPhase: "Available",
    version: "v1.15.11-r1",
    endpoint: "https://192.168.0.7:5443",
    ...said,
  });
  await patchStatus("yfnp/workers", {
    externalId: "p-1",
    desiredReplicas: 3,
    replicas: 2,
    readyReplicas: 1,
    selector: "cce.cloud.com/cce-nodepool=workers",
    ...said,
  });
  await patchStatus("yfma/metrics-server", { externalId: "a-1", version: "1.0.6", ...said });
});

const age = expect.any(String) as unknown;

it.each<{ name: string; header: string[]; row: unknown[] }>([
  {
    name: "yfmc",
    header: ["NAME", "VERSION", "PHASE", "POWER", "STATE", "READY", "REASON", "AGE"],
    row: ["production", "v1.15.11-r1", "Available", "Running", "Ready", "True", "Available", age],
  },
  {
    name: "yfnp",
    header: ["NAME", "CLUSTER", "TYPE", "DESIRED", "NODES", "ACTIVE", "STATE", "READY", "REASON", "AGE"],
    row: ["workers", "production", "s6.large.2", "3", "2", "1", "Ready", "True", "Available", age],
  },
  {
    name: "yfma",
    header: ["NAME", "CLUSTER", "TEMPLATE", "VERSION", "STATE", "READY", "REASON", "AGE"],
    row: ["metrics-server", "production", "metrics-server", "1.0.6", "Ready", "True", "Available", age],
  },
])("kubectl get $name shows its columns", async ({ name, header, row }) => {
  expect(rows(await run(["get", name]))).toEqual([header, row]);
});

it.each([
  ["yfmc", ["EXTERNAL ID", "MESSAGE", "ENDPOINT"], ["c-1", "As declared", "https://192.168.0.7:5443"]],
  ["yfnp", ["EXTERNAL ID", "MESSAGE"], ["p-1", "As declared"]],
  ["yfma", ["EXTERNAL ID", "MESSAGE"], ["a-1", "As declared"]],
])("kubectl get %s -o wide ends in %s", async (name, header, row) => {
  const wide = rows(await run(["get", name, "-o", "wide"]));
  expect(wide.map((line) => line.slice(-header.length))).toEqual([header, row]);
});

it("All of them are found by the category", async () => {
  const names = (await run(["get", "yunfan", "-o", "name"])).trim().split("\n");
  expect(names).toEqual([
    "managedaddon.yunfan.dev/metrics-server",
    "managedcluster.yunfan.dev/production",
    "nodepool.yunfan.dev/workers",
  ]);
});

it("kubectl scale changes spec.replicas, within the bounds of the schema", async () => {
  await run(["scale", "yfnp/workers", "--replicas=5"]);
  expect(await run(["get", "yfnp/workers", "-o", "jsonpath={.spec.replicas}"])).toBe("5");
  const { code, stderr } = await kubectl(["scale", "yfnp/workers", "--replicas=5001", "-n", namespace]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("spec.replicas");
});

it("The scale subresource tells an autoscaler what it needs, of a new pool too", async () => {
  const fresh = nodePoolManifest({ metadata: { name: "fresh" }, spec: { replicas: 1 } });
  await run(["apply", "-f", "-"], JSON.stringify(fresh));
  expect(await scaleOf("fresh")).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 0 } });
  expect(await scaleOf("workers")).toMatchObject({
    status: { replicas: 2, selector: "cce.cloud.com/cce-nodepool=workers" },
  });
});

it("The scale subresource is there once somebody has said how many", async () => {
  const asItIs = nodePoolManifest({ metadata: { name: "as-it-is" } });
  await run(["apply", "-f", "-"], JSON.stringify(asItIs));
  await expect(scaleOf("as-it-is")).rejects.toThrow('".spec.replicas" does not exist');
  await run(["scale", "yfnp/as-it-is", "--replicas=3"]);
  expect(await scaleOf("as-it-is")).toMatchObject({ spec: { replicas: 3 } });
});

async function scaleOf(name: string): Promise<unknown> {
  return JSON.parse(await run(["get", `yfnp/${name}`, "--subresource=scale", "-o", "json"]));
}

function run(args: readonly string[], input?: string): Promise<string> {
  return kubectlOk(kubectl, [...args, "-n", namespace], input);
}

async function patchStatus(target: string, status: unknown): Promise<void> {
  await run(["patch", target, "--subresource=status", "--type=merge", "-p", JSON.stringify({ status })]);
}

function ready(): Record<string, unknown> {
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  const said = { type: "Ready", status: "True", reason: "Available", message: "As declared" };
  return { ...said, observedGeneration: 1, lastTransitionTime };
}

/** kubectl separates columns by at least two, mostly three blanks. */
function rows(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));
}
