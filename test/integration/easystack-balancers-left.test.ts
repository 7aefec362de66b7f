// Load balancers of Services' own that outlive them on EasyStack ECNS: they cost on, so that a set names them until they are gone.
import { describe, expect, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { ports, service, workload } from "../support/clouds/easystack/form-manifests.ts";
import { PATIENTLY, useFormsStand } from "../support/clouds/easystack/form-sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

// They stay until the test takes them away.
const theStand = useFormsStand("easystack-balancers-left", { lbLinger: 1_000_000 });

const manifests = [workload("Deployment", "web", { replicas: 0 }), service("front", { type: "LoadBalancer", ports })];
const ELEVEN_MINUTES_MS = 660_000;

async function made(name: string): Promise<void> {
  const { stand, namespace, formsSet, applied } = theStand();
  await namespace(name);
  const loadBalancer = { name: `front-${name}`, subnetId: "sub-1", topology: "ACTIVE_STANDBY" };
  const services = [{ namespace: name, name: "front", workload: { kind: "Deployment", name: "web" }, loadBalancer }];
  await stand.apply(formsSet(name, manifests, { services }));
  await applied(expect, name, 2);
  const isThere = async (): Promise<boolean> =>
    (await stand.simulator.list("loadbalancers")).some((each) => each.name === `front-${name}`);
  await expect.poll(isThere, PATIENTLY).toBe(true);
}

/** As if the Service had gone so long ago. */
async function later(name: string): Promise<void> {
  const { stand } = theStand();
  const { status } = await stand.until(`manifestset/${name}`, (set) => JSON.stringify(set.status).includes('"since"'));
  const [entry] = status["residue"] as readonly { ref: string; name: string }[];
  expect(entry).toMatchObject({ ref: `/Service/${name}/front`, name: `front-${name}` });
  const since = new Date(Date.now() - ELEVEN_MINUTES_MS).toISOString().replace(/\.\d+Z$/, "Z");
  const patch = JSON.stringify({ status: { residue: [{ ...entry, since }] } });
  const how = ["-n", stand.namespace, "--subresource=status", "--type=merge", "-p", patch];
  await kubectlOk(stand.kubectl, ["patch", "manifestset", name, ...how]);
  await stand.edit(`manifestset/${name}`, { metadata: { annotations: { "yunfan.dev/reconcile-at": "later" } } });
}

async function takenAway(name: string): Promise<void> {
  const { simulator } = theStand().stand;
  const found = (await simulator.list("loadbalancers")).find((each) => each.name === `front-${name}`);
  await simulator.behindOurBack("DELETE", `loadbalancers/${found!.id}`);
}

describe("a balancer that outlives its Service", () => {
  it("is named ten minutes after the Service was pruned, until it is gone", async () => {
    const { stand } = theStand();
    await made("pruned");
    await stand.edit("manifestset/pruned", {
      spec: { manifests: manifests.slice(0, 1), easystack: { services: null } },
    });
    await later("pruned");
    const isSaid = (text: string): boolean =>
      text.includes("ResidueLeft") && text.includes("front-pruned of pruned/front");
    await stand.until("manifestset/pruned", ({ status }) => isSaid(JSON.stringify(status.conditions)));
    await expect
      .poll(async () => JSON.stringify(await stand.events("manifestset/pruned")), PATIENTLY)
      .toContain("load balancer front-pruned of pruned/front is there still and costs on");
    await takenAway("pruned");
    await stand.lookAgain("manifestset/pruned");
    const { status } = await stand.until("manifestset/pruned", (set) => set.status["residue"] === undefined);
    expect(JSON.stringify(status.conditions)).not.toContain("ResidueLeft");
  });

  it("holds the deletion of its set, by name, until it is gone", async () => {
    const { stand } = theStand();
    await made("removed");
    await stand.remove("manifestset/removed");
    await later("removed");
    const { message } = await stand.reaches("manifestset/removed", "ResidueLeft");
    expect(message).toContain("front-removed of removed/front");
    expect(message).toContain("yunfan.dev/force-orphan");
    await takenAway("removed");
    await stand.edit("manifestset/removed", { metadata: { annotations: { "yunfan.dev/reconcile-at": "now" } } });
    await stand.gone("manifestset/removed");
  });
});

itStaysClean(() => theStand().stand);
