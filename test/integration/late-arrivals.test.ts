// What comes later than what waits for it, and is shown by no watch: a namespace, somebody else's Secret that makes room, an account in
// another namespace, a Secret of another type. Drift is due in an hour: nothing here waits for that.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  accountManifest,
  accountManifests,
  createStand,
  projectManifest,
  secretManifest,
  type Stand,
} from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

/** In milliseconds: within seconds, on a machine that has other things to do. */
const SOON = { timeout: 25_000, interval: 200 };
const driftIntervalSeconds = 3600;

let stand: Stand;
/** A namespace that is not there at first. */
let preview: string;

beforeAll(async () => {
  stand = await createStand("late");
  await stand.apply(...accountManifests(stand.simulator, { spec: { allowedNamespaces: ["*"] } }));
  preview = `${stand.namespace}-preview`;
  const watched = [stand.namespace, stand.otherNamespace, preview].join(",");
  await stand.operator({ flags: ["--no-leader-elect", "--watch-namespaces", watched] }).ready;
  await stand.reaches("cloudaccount/ctyun", "Verified");
});
afterAll(() => stand[Symbol.asyncDispose]());

const kubectl = (...args: readonly string[]): Promise<string> => kubectlOk(sharedControlPlane().kubectl, args);

async function isPublished(namespace: string, name: string): Promise<boolean> {
  const { code } = await stand.kubectl(["get", "secret", name, "--namespace", namespace]);
  return code === 0;
}

/** No namespace controller runs here: its work is done by hand. */
async function deleteNamespace(name: string): Promise<void> {
  await kubectl("delete", "namespace", name, "--wait=false");
  await kubectl("delete", "secrets", "--all", "--namespace", name);
}

async function finalizeNamespace(name: string): Promise<void> {
  const plane = sharedControlPlane();
  const namespace = JSON.parse(await kubectl("get", "namespace", name, "-o", "json")) as { spec: object };
  const body = JSON.stringify({ ...namespace, spec: { finalizers: [] } });
  await kubectlOk(plane.kubectl, ["replace", "--raw", `/api/v1/namespaces/${name}/finalize`, "-f", "-"], body);
}

describe.concurrent("a pull Secret", () => {
  const declared = (name: string, namespace: string): object =>
    projectManifest(name, { driftIntervalSeconds, pullSecrets: [{ namespace, name }] });

  it("is published as soon as its namespace is there, and again when that is made anew", async ({ expect }) => {
    await stand.apply(declared("preview", preview));
    await stand.reaches("registryproject/preview", "NamespaceNotFound");
    await kubectl("create", "namespace", preview);
    await expect.poll(() => isPublished(preview, "preview"), SOON).toBe(true);
    await stand.reaches("registryproject/preview", "Available");

    await deleteNamespace(preview);
    const { message } = await stand.reaches("registryproject/preview", "NamespaceNotFound");
    expect(message).toContain(`namespace ${preview} for Secret preview is being deleted`);
    await finalizeNamespace(preview);
    await stand.until("registryproject/preview", ({ status }) =>
      Boolean(status.conditions?.some((condition) => condition.message.includes("does not exist"))),
    );
    await kubectl("create", "namespace", preview);
    await expect.poll(() => isPublished(preview, "preview"), SOON).toBe(true);
    await stand.reaches("registryproject/preview", "Available");
    await stand.remove("registryproject/preview");
    await stand.gone("registryproject/preview");
    await kubectl("delete", "namespace", preview, "--wait=false");
  });

  it("takes its place as soon as somebody else's Secret makes room, and costs the cloud nothing until then", async ({
    expect,
  }) => {
    const cloud = await stand.cloud("roomy");
    await stand.apply(secretManifest("taken", { some: "thing" }, "Opaque"));
    const spec = { accountRef: { name: "roomy" }, driftIntervalSeconds };
    const pullSecrets = [{ namespace: stand.namespace, name: "taken" }];
    await stand.apply(projectManifest("taken", { ...spec, pullSecrets }));
    await stand.reaches("registryproject/taken", "SecretNotOwned");
    const before = (await cloud.requests()).length;
    await stand.apply(projectManifest("beside", spec));
    await stand.reaches("registryproject/beside", "Available");
    const ofTheOther = (await cloud.requests()).length - before;
    await kubectl("label", "secret", "taken", "still=theirs", "--namespace", stand.namespace);
    await kubectl("delete", "secret", "taken", "--namespace", stand.namespace);
    await expect.poll(() => isPublished(stand.namespace, "taken"), SOON).toBe(true);
    await stand.reaches("registryproject/taken", "Available");
    expect((await cloud.requests()).length - before - ofTheOther).toBeLessThanOrEqual(4);
  });
});

describe.concurrent("an account", () => {
  it("in another namespace is worked with as soon as it is there, and as soon as it allows it", async ({ expect }) => {
    const accountRef = { name: "shared", namespace: stand.otherNamespace };
    await stand.apply(projectManifest("guest", { accountRef, driftIntervalSeconds }));
    await stand.reaches("registryproject/guest", "AccountNotReady");
    const inOther = (manifest: object): object => ({
      ...manifest,
      metadata: { ...(manifest as { metadata: object }).metadata, namespace: stand.otherNamespace },
    });
    const account = accountManifest("shared", { endpoint: stand.simulator.url });
    await stand.apply(inOther(secretManifest("shared-credentials")), inOther(account));
    await stand.reaches(`${stand.otherNamespace}/cloudaccount/shared`, "Verified");
    const allowed = { spec: { allowedNamespaces: [stand.namespace] } };
    await stand.edit(`${stand.otherNamespace}/cloudaccount/shared`, allowed);
    const reason = async (): Promise<string | undefined> => (await stand.ready("registryproject/guest"))?.reason;
    await expect.poll(reason, SOON).toBe("Available");
  });

  it("says what is wrong with its Secret as soon as that changes: of another type, away, right", async ({ expect }) => {
    const { name, ...spec } = { name: "typed", endpoint: stand.simulator.url, driftIntervalSeconds };
    await stand.apply(secretManifest("typed-credentials", { some: "thing" }, "Opaque"), accountManifest(name, spec));
    await stand.reaches("cloudaccount/typed", "SecretWrongType");
    await kubectl("delete", "secret", "typed-credentials", "--namespace", stand.namespace);
    await stand.reaches("cloudaccount/typed", "SecretNotFound");
    await stand.apply(secretManifest("typed-credentials"));
    const { status } = await stand.reaches("cloudaccount/typed", "Verified");
    expect(status).toBe("True");
  });
});

itStaysClean(() => stand);
