// Nothing on a node is erased unasked, and nothing that was asked for is done twice: real API server, real operator, and a simulated CCE
// that counts how often each system disk was written.
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  acceptedManifest,
  conditionOf,
  createMembersStand,
  nodeManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import type { Resource } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("node-safety");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** What changed the cloud, such as "POST reset". */
async function writes({ cloud }: Home): Promise<readonly string[]> {
  return (await cloud.effects()).map(
    ({ method, path }) => `${method} ${path.split("/").findLast((segment) => /^[a-z]+$/.test(segment))}`,
  );
}

async function imagedBy({ cloud }: Home): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries((await cloud.servers()).map(({ id, imaged }) => [id, imaged]));
}

async function idOf(name: string): Promise<string> {
  return String((await stand.read(`managednode/${name}`))?.status.externalId);
}

/** It has come to its end, and the node works. */
async function wasReset(name: string): Promise<void> {
  const isOver = ({ status }: Resource): boolean =>
    (status["lastReset"] as { at?: string } | undefined)?.at !== undefined;
  await stand.until(`managednode/${name}`, isOver);
  await stand.reaches(`managednode/${name}`, "Available");
}

const word = fc.constantFrom("alpha", "beta", "gamma");
const login = fc.constantFrom({ keyPairName: "ops" }, { keyPairName: "other" });
const effect = fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute");
/** All that may be changed, and need not be there. */
const edit = fc.record(
  {
    os: fc.constantFrom("EulerOS 2.5", "CentOS 7.6"),
    labels: fc.dictionary(word, word),
    taints: fc.uniqueArray(fc.record({ key: word, value: word, effect }), { selector: ({ key }) => key, maxLength: 2 }),
    displayName: word,
    deletionPolicy: fc.constantFrom("Delete", "Detach", "Orphan"),
    repair: fc.constantFrom({ policy: "None" }, { policy: "Reset", eraseDisks: true, afterSeconds: 60 }),
    huawei: fc.record(
      {
        preInstall: word,
        postInstall: word,
        maxPods: fc.integer({ min: 16, max: 256 }),
        dockerBaseSize: fc.integer({ min: 0, max: 500 }),
        runtime: fc.constantFrom("docker", "containerd"),
        userTags: fc.dictionary(word, word, { maxKeys: 2 }),
        imageId: word,
        cmkId: word,
      },
      { requiredKeys: [] },
    ),
    driftIntervalSeconds: fc.integer({ min: 5, max: 9 }),
  },
  { requiredKeys: [] },
);

describe.concurrent("an edit of a ManagedNode", () => {
  it.each([71, 72, 73])("resets, replaces and moves nothing, whatever it is (seed %i)", async (seed) => {
    const name = `edited-${seed}`;
    const home = await stand.home(name);
    await stand.apply(nodeManifest(home));
    await stand.reaches(`managednode/${name}`, "Available");
    const before = (await home.cloud.nodes()).map(({ id, clusterId, serverId }) => ({ id, clusterId, serverId }));
    const edits = fc.sample(fc.record({ edit, login }), { seed, numRuns: 8 });
    for (const [number, { edit: change, login: other }] of edits.entries()) {
      const { displayName, ...spec } = change;
      const called = displayName === undefined ? {} : { displayName: `${displayName}-${seed}` };
      await stand.apply(nodeManifest(home, { login: other, ...spec, ...called }));
      await stand.until(
        `managednode/${name}`,
        ({ metadata, status }) => status.observedGeneration === metadata.generation,
      );
      // Whatever came with the manifest, and is of no node.
      await stand.annotate(`managednode/${name}`, { "yunfan.dev/reset": `template-${number}` });
    }
    await stand.lookAgain(`managednode/${name}`);
    await stand.reaches(`managednode/${name}`, "Available");
    const after = (await home.cloud.nodes()).map(({ id, clusterId, serverId }) => ({ id, clusterId, serverId }));
    expect(after).toEqual(before);
    expect(Object.values(await imagedBy(home))).toEqual([1]);
    expect(new Set(await writes(home)).isSubsetOf(new Set(["POST nodes", "PUT nodes"]))).toBe(true);
  });
});

describe.concurrent("a reset that is asked for", () => {
  it.each(["DropAfter", "DropBefore"])("is carried out once where its answer is lost (%s)", async (action) => {
    const name = action.toLowerCase();
    const home = await stand.home(name, { simulator: { resetChangesId: true } });
    await stand.apply(nodeManifest(home));
    await stand.reaches(`managednode/${name}`, "Available");
    await home.cloud.setFaults([{ method: "POST", path: "/nodes/reset$", action }]);
    await stand.annotate(`managednode/${name}`, { "yunfan.dev/reset": `${await idOf(name)} once` });
    await wasReset(name);
    await stand.lookAgain(`managednode/${name}`);
    expect(Object.values(await imagedBy(home))).toEqual([2]);
    expect(await writes(home)).toEqual(["POST nodes", "POST reset"]);
  });

  it("is that of the one node whose id it carries, also where twenty have the same annotation", async () => {
    const home = await stand.home("twenty", { spec: { maxNodeDisruptions: 20 } });
    const names = Array.from({ length: 20 }, (_, index) => `twenty-${index}`);
    await stand.apply(...names.map((name) => nodeManifest(home, {}, { name, labels: { group: "twenty" } })));
    await Promise.all(names.map((name) => stand.reaches(`managednode/${name}`, "Available")));
    const [chosen = ""] = names;
    const { status } = (await stand.read(`managednode/${chosen}`))!;
    const annotations = [`yunfan.dev/reset=${status.externalId} all`, "yunfan.dev/reconcile-at=then"];
    await stand.kubectl(["annotate", "managednodes.yunfan.dev", "-l", "group=twenty", ...annotations]);
    for (const name of names) {
      await stand.until(`managednode/${name}`, (node) => node.status["lastHandledReconcileAt"] === "then");
    }
    await wasReset(chosen);
    const { [String(status["serverId"])]: imaged, ...others } = await imagedBy(home);
    expect(imaged).toBe(2);
    expect(Object.values(others)).toEqual(Array.from({ length: 19 }, () => 1));
  });

  it("is none where the annotation comes with a manifest, or with a backup of the node", async () => {
    const home = await stand.home("restored");
    const server = (await home.cloud.behindOurBack("POST", "servers", { name: "spare" })) as { id: string };
    await stand.apply(acceptedManifest(home, server.id));
    await stand.reaches("managednode/restored", "Available");
    const id = await idOf("restored");
    await stand.annotate("managednode/restored", { "yunfan.dev/reset": `${id} before-the-backup` });
    await wasReset("restored");
    const { metadata, spec } = (await stand.read("managednode/restored")) as unknown as {
      metadata: { name: string; annotations: Readonly<Record<string, string>> };
      spec: object;
    };
    await stand.annotate("managednode/restored", { "yunfan.dev/force-orphan": id });
    await stand.kubectl(["delete", "managednode/restored", "--timeout=60s"]);
    const { name, annotations } = metadata;
    // Without its status, as backups restore it, and with the id that says which node it is of.
    await stand.apply({
      apiVersion: "yunfan.dev/v1alpha1",
      kind: "ManagedNode",
      metadata: { name, annotations },
      spec: { ...spec, externalId: id },
    });
    await stand.reaches("managednode/restored", "Available");
    await stand.lookAgain("managednode/restored");
    expect(await imagedBy(home)).toEqual({ [server.id]: 2 });
    expect(await writes(home)).toEqual(["POST add", "POST reset"]);
  });
});

describe.concurrent("an empty list of nodes that is wrong", () => {
  it("has nothing created, accepted, reset or given back, and is said", async () => {
    const home = await stand.home("emptied");
    await stand.apply(nodeManifest(home));
    await stand.reaches("managednode/emptied", "Available");
    const server = (await home.cloud.behindOurBack("POST", "servers", { name: "spare" })) as { id: string };
    await home.cloud.setFaults([{ method: "GET", path: "/nodes$", action: "EmptyList", times: 0 }]);
    // A list from a moment before, which is right, would do for the new ones.
    await stand.lookAgain("managednode/emptied");
    await stand.reaches("managednode/emptied", "ObservationNotTrusted");
    const before = await writes(home);
    await stand.apply(
      nodeManifest(home, {}, { name: "emptied-bought" }),
      nodeManifest(
        home,
        { instanceType: undefined, existingServer: { id: server.id, eraseDisks: true } },
        { name: "emptied-taken" },
      ),
    );
    for (const name of ["emptied-bought", "emptied-taken"]) {
      const { message } = await stand.reaches(`managednode/${name}`, "ObservationNotTrusted");
      expect(message).not.toBe("");
    }
    await stand.lookAgain("managednode/emptied");
    expect(await writes(home)).toEqual(before);
    expect(conditionOf((await stand.read("managednode/emptied"))!, "Stalled")?.status).not.toBe("True");
    await home.cloud.setFaults([]);
    for (const name of ["emptied", "emptied-bought", "emptied-taken"]) {
      await stand.reaches(`managednode/${name}`, "Available");
    }
    expect(Object.values(await imagedBy(home))).toEqual([1, 1, 1]);
  });
});

itStaysClean(() => stand);
