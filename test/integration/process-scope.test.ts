// The flags that limit an operator: to some namespaces, and to so many visits at once.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import type { LoggedRequest } from "../support/clouds/simulator.ts";

const LATENCY_MS = 250;
const PROJECTS = ["one", "two", "three", "four"];

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("scope");
  const flags = ["--no-leader-elect", "--watch-namespaces", stand.namespace, "--concurrency", "RegistryProject=1"];
  const operator = stand.operator({ flags });
  const elsewhere = { namespace: stand.otherNamespace };
  await stand.apply(
    ...accountManifests(stand.simulator).map((manifest) => inNamespace(manifest, elsewhere)),
    projectManifest("elsewhere", {}, elsewhere),
    ...accountManifests(stand.simulator),
  );
  await operator.ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

function inNamespace(manifest: object, namespace: { namespace: string }): object {
  const { metadata } = manifest as { metadata: object };
  return { ...manifest, metadata: { ...metadata, ...namespace } };
}

describe("yunfan run", () => {
  it("R1: with --concurrency RegistryProject=1 never has two writes to the cloud under way", async () => {
    await stand.simulator.setFaults([{ action: "Latency", method: "POST|PUT|DELETE", ms: LATENCY_MS, times: 0 }]);
    await stand.apply(...PROJECTS.map((name) => projectManifest(name)));
    await Promise.all(PROJECTS.map((name) => stand.reaches(`registryproject/${name}`, "Available")));
    await Promise.all(PROJECTS.map((name) => stand.remove(`registryproject/${name}`)));
    await Promise.all(PROJECTS.map((name) => stand.gone(`registryproject/${name}`)));

    const writes = await stand.simulator.effects();
    expect(writes.map(({ method }) => method).sort()).toEqual([
      ...PROJECTS.map(() => "DELETE"),
      ...PROJECTS.map(() => "POST"),
    ]);
    const gaps = writes.slice(1).map((write, index) => arrival(write) - arrival(writes[index]!));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(LATENCY_MS - 1);
  });

  it("with --watch-namespaces neither writes nor reads what lies elsewhere", async () => {
    const { otherNamespace } = stand;
    for (const name of [`${otherNamespace}/cloudaccount/ctyun`, `${otherNamespace}/registryproject/elsewhere`]) {
      expect(await stand.read(name)).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: -1 } });
      expect(stand.versions(name)).toHaveLength(1);
    }
    expect((await stand.simulator.projects()).map(({ name }) => name)).not.toContain("elsewhere");
    const said = stand.operators[0]!.log.map((line) => JSON.stringify(line));
    expect(said.filter((line) => line.includes(otherNamespace))).toEqual([]);
  });
});

const arrival = ({ time }: LoggedRequest): number => Date.parse(time);
