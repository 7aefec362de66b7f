// Pull Secrets: what is in them, where they may lie, and that they follow the cloud, the declaration and meddling hands.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { PULL_CREDENTIALS } from "../support/clouds/simulator.ts";
import {
  accountManifests,
  createStand,
  projectManifest,
  secretManifest,
  type Stand,
} from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("pull");
  const spec = { allowedNamespaces: [stand.otherNamespace, "not-there-yet"] };
  await stand.apply(...accountManifests(stand.simulator, { spec }));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

interface Secret {
  readonly type: string;
  readonly metadata: {
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

async function secretAt(name: string, namespace = stand.namespace): Promise<Secret | undefined> {
  const { code, stdout } = await stand.kubectl(["get", "secret", name, "-o", "json", "--namespace", namespace]);
  return code === 0 ? (JSON.parse(stdout) as Secret) : undefined;
}

/** What `docker login` would have written. */
function dockerConfigOf(secret: Secret | undefined): unknown {
  const text = secret?.data?.[".dockerconfigjson"];
  return text === undefined ? undefined : JSON.parse(Buffer.from(text, "base64").toString());
}

function dockerConfig(password: string = PULL_CREDENTIALS.password): unknown {
  const { registry, username } = PULL_CREDENTIALS;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return { auths: { [registry]: { username, password, auth } } };
}

/** A Ready project with a pull Secret of that name beside it. */
async function published(name: string, spec: object = {}): Promise<string> {
  const pullSecrets = [{ namespace: stand.namespace, name }];
  await stand.apply(projectManifest(name, { pullSecrets, ...spec }));
  await stand.reaches(`registryproject/${name}`, "Available");
  return `registryproject/${name}`;
}

describe.concurrent("a pull Secret", () => {
  it("is published to every namespace declared, holds the cloud's credentials, and goes with its project", async ({
    expect,
  }) => {
    const places = [stand.namespace, stand.otherNamespace];
    const resource = await published("both", { pullSecrets: places.map((namespace) => ({ namespace, name: "both" })) });
    const owner = stand.seen(resource)?.metadata;
    for (const place of places) {
      const secret = await secretAt("both", place);
      expect(secret).toMatchObject({
        type: "kubernetes.io/dockerconfigjson",
        metadata: {
          labels: { "app.kubernetes.io/managed-by": "yunfan", "yunfan.dev/owner-uid": owner?.uid },
          annotations: { "yunfan.dev/owner": `${stand.namespace}/both` },
        },
      });
      expect(dockerConfigOf(secret)).toEqual(dockerConfig());
    }
    const pulls = stand.seen(resource)?.status.conditions?.find(({ type }) => type === "PullSecretsReady");
    expect(pulls).toMatchObject({ status: "True", message: "2 pull Secrets published" });

    await stand.remove(resource);
    await stand.gone(resource);
    expect(await Promise.all(places.map((place) => secretAt("both", place)))).toEqual([undefined, undefined]);
  });

  it("is taken back when it is no longer declared, and only that one", async ({ expect }) => {
    const declared = (name: string): object => ({ namespace: stand.namespace, name });
    const resource = await published("fewer", { pullSecrets: [declared("fewer-a"), declared("fewer-b")] });
    const kept = await secretAt("fewer-b");
    await stand.edit(resource, { spec: { pullSecrets: [declared("fewer-b")] } });
    await stand.reaches(resource, "Available");
    expect(await secretAt("fewer-a")).toBeUndefined();
    expect(await secretAt("fewer-b")).toEqual(kept);
    await stand.edit(resource, { spec: { pullSecrets: null } });
    await stand.reaches(resource, "Available");
    expect(await secretAt("fewer-b")).toBeUndefined();
    expect(stand.seen(resource)?.status.conditions?.map(({ type }) => type)).not.toContain("PullSecretsReady");
  });

  it("is put right at once when somebody edits it, and made anew when somebody deletes it", async ({ expect }) => {
    await published("meddled", { driftIntervalSeconds: 3600 });
    const change = JSON.stringify({ data: { ".dockerconfigjson": Buffer.from("{}").toString("base64") } });
    await kubectlOk(stand.kubectl, ["patch", "secret", "meddled", "--type=merge", "-p", change]);
    const config = async (): Promise<unknown> => dockerConfigOf(await secretAt("meddled"));
    await expect.poll(config, { timeout: 20_000, interval: 500 }).toEqual(dockerConfig());

    const before = await secretAt("meddled");
    await kubectlOk(stand.kubectl, ["delete", "secret", "meddled"]);
    await expect.poll(config, { timeout: 20_000, interval: 500 }).toEqual(dockerConfig());
    expect((await secretAt("meddled"))?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  it("follows a password that the cloud rotates at the drift interval", async ({ expect }) => {
    await stand.simulator.behindOurBack("POST", "namespaces", { name: "rotating" });
    const resource = await published("rotating", { ctyun: { namespace: "rotating" } });
    // The first look after the create records when that was.
    const { status } = await stand.until(resource, (seen) => seen.status.createdAt !== undefined);
    const password = "a rotated pull password";
    stand.secrets.add(password);
    await stand.simulator.behindOurBack("PATCH", "namespaces/rotating", { password });
    const config = async (): Promise<unknown> => dockerConfigOf(await secretAt("rotating"));
    await expect.poll(config, { timeout: 20_000, interval: 500 }).toEqual(dockerConfig(password));
    expect(stand.seen(resource)?.status).toEqual(status);
  });

  it("is not written over one that is not ours, which stays as it is, at the end too", async ({ expect }) => {
    await stand.apply(secretManifest("theirs", { some: "thing" }, "Opaque"));
    const theirs = await secretAt("theirs");
    const resource = "registryproject/theirs";
    await stand.apply(projectManifest("theirs", { pullSecrets: [{ namespace: stand.namespace, name: "theirs" }] }));
    const ready = await stand.reaches(resource, "SecretNotOwned");
    expect(ready).toMatchObject({ status: "False", message: expect.stringContaining(`${stand.namespace}/theirs`) });
    await stand.visited(resource);
    expect(await secretAt("theirs")).toEqual(theirs);
    const events = await stand.events(resource);
    expect(events.filter(({ reason }) => reason === "SecretNotOwned")).toMatchObject([{ count: 1 }]);

    await stand.remove(resource);
    await stand.gone(resource);
    expect(await secretAt("theirs")).toEqual(theirs);
  });

  it("of one project is not taken over by another that declares the same", async ({ expect }) => {
    const first = await published("shared-pull");
    const before = await secretAt("shared-pull");
    const pullSecrets = [{ namespace: stand.namespace, name: "shared-pull" }];
    await stand.apply(projectManifest("second-claim", { pullSecrets }));
    await stand.reaches("registryproject/second-claim", "SecretNotOwned");
    await stand.remove("registryproject/second-claim");
    await stand.gone("registryproject/second-claim");
    expect(await secretAt("shared-pull")).toEqual(before);
    expect(stand.seen(first)?.status.conditions?.[0]).toMatchObject({ type: "Ready", status: "True" });
  });

  it("is refused for a namespace that the account does not allow", async ({ expect }) => {
    const pullSecrets = [{ namespace: "default", name: "pull-refused" }];
    await stand.apply(projectManifest("refused", { pullSecrets }));
    const ready = await stand.reaches("registryproject/refused", "NamespaceNotAllowed");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/default.*spec\.allowedNamespaces/),
    });
    expect(await secretAt("pull-refused", "default")).toBeUndefined();
    await stand.edit("registryproject/refused", { spec: { pullSecrets: null } });
    await stand.reaches("registryproject/refused", "Available");
  });

  it("that can't be published does not hold up the others", async ({ expect }) => {
    const good = { namespace: stand.namespace, name: "good-one" };
    const pullSecrets = [{ namespace: "default", name: "bad-one" }, good];
    await stand.apply(projectManifest("one-bad", { pullSecrets }));
    await stand.reaches("registryproject/one-bad", "NamespaceNotAllowed");
    expect(dockerConfigOf(await secretAt("good-one"))).toEqual(dockerConfig());
  });

  it("is taken back where the account no longer allows the namespace", async ({ expect }) => {
    const place = { namespace: stand.otherNamespace, name: "revoked" };
    await stand.cloud("strict", {}, projectManifest("revoked", { accountRef: { name: "strict" } }));
    await stand.edit("cloudaccount/strict", { spec: { allowedNamespaces: [stand.otherNamespace] } });
    await stand.edit("registryproject/revoked", { spec: { pullSecrets: [place] } });
    await expect.poll(() => secretAt(place.name, place.namespace), { timeout: 20_000 }).toBeDefined();
    await stand.edit("cloudaccount/strict", { spec: { allowedNamespaces: null } });
    await stand.reaches("registryproject/revoked", "NamespaceNotAllowed");
    await expect.poll(() => secretAt(place.name, place.namespace), { timeout: 20_000 }).toBeUndefined();
  });

  it("for a namespace that is not there says so", async ({ expect }) => {
    const pullSecrets = [{ namespace: "not-there-yet", name: "pull" }];
    await stand.apply(projectManifest("nowhere", { pullSecrets }));
    const ready = await stand.reaches("registryproject/nowhere", "NamespaceNotFound");
    expect(ready).toMatchObject({ status: "False", message: expect.stringContaining("not-there-yet") });
  });
});

itStaysClean(() => stand);
