// Accounts that do not work: each says why and what to do, tells it once, asks the cloud little, and heals when it is corrected.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import { CREDENTIALS, type Simulator } from "../support/clouds/simulator.ts";
import {
  accountManifest,
  accountManifests,
  createStand,
  projectManifest,
  secretManifest,
  type Stand,
} from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("bad-account");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

interface BadAccount {
  title: string;
  name: string;
  manifests: (simulator: Simulator) => readonly object[];
  reason: string;
  says: RegExp;
  cure?: () => Promise<void>;
}

const LOGIN = { username: "somebody", password: "a password of somebody" };

const badAccounts: readonly BadAccount[] = [
  {
    title: "a wrong secret key",
    name: "wrong-key",
    manifests: (simulator) =>
      accountManifests(simulator, {
        name: "wrong-key",
        stringData: { ...CREDENTIALS, secretKey: "not-the-right-key" },
      }),
    reason: "CredentialsRejected",
    says: /401.*Secret .*\/wrong-key-credentials/,
    cure: () => stand.apply(secretManifest("wrong-key-credentials")),
  },
  {
    title: "no Secret",
    name: "no-secret",
    manifests: (simulator) => [accountManifest("no-secret", { endpoint: simulator.url })],
    reason: "SecretNotFound",
    says: /Secret .*\/no-secret-credentials .* does not exist.*Create it with type yunfan.dev\/credentials/,
    cure: () => stand.apply(secretManifest("no-secret-credentials")),
  },
  {
    title: "a Secret of another type",
    name: "wrong-type",
    manifests: (simulator) => [
      secretManifest("wrong-type-credentials", CREDENTIALS, "Opaque"),
      accountManifest("wrong-type", { endpoint: simulator.url }),
    ],
    reason: "SecretWrongType",
    says: /Secret .*\/wrong-type-credentials .* is not of type yunfan.dev\/credentials.*delete it and create it/,
    cure: async () => {
      await stand.remove("secret/wrong-type-credentials");
      await stand.apply(secretManifest("wrong-type-credentials"));
    },
  },
  {
    title: "a Secret with both sets of keys",
    name: "both-sets",
    manifests: (simulator) =>
      accountManifests(simulator, { name: "both-sets", stringData: { ...CREDENTIALS, ...LOGIN } }),
    reason: "AmbiguousCredentials",
    says: /accessKey, secretKey, username, password.*keep/i,
  },
  {
    title: "a Secret without one of the keys",
    name: "half-keys",
    manifests: (simulator) =>
      accountManifests(simulator, { name: "half-keys", stringData: { accessKey: "only-this" } }),
    reason: "CredentialsIncomplete",
    says: /missing or empty: secretKey/,
    cure: () => stand.apply(secretManifest("half-keys-credentials")),
  },
  {
    title: "a line break at the end of a key",
    name: "line-break",
    manifests: (simulator) =>
      accountManifests(simulator, {
        name: "line-break",
        stringData: { ...CREDENTIALS, secretKey: "a-key-from-echo\n" },
      }),
    reason: "CredentialsIncomplete",
    says: /secretKey.*line break/,
  },
  {
    title: "an endpoint where nobody answers",
    name: "no-answer",
    manifests: () => accountManifests({ url: "http://127.0.0.1:1" }, { name: "no-answer" }),
    reason: "EndpointUnreachable",
    says: /127\.0\.0\.1:1.*spec\.endpoint/,
    cure: () => stand.edit("cloudaccount/no-answer", { spec: { endpoint: stand.simulator.url } }),
  },
  {
    title: "an endpoint without a registry",
    name: "no-registry",
    manifests: (simulator) => accountManifests({ url: `${simulator.url}/elsewhere` }, { name: "no-registry" }),
    reason: "Rejected",
    says: /not the registry's own answer.*spec\.endpoint/,
    cure: () => stand.edit("cloudaccount/no-registry", { spec: { endpoint: stand.simulator.url } }),
  },
  {
    title: "no endpoint",
    name: "no-endpoint",
    manifests: () => [secretManifest("no-endpoint-credentials"), accountManifest("no-endpoint", {})],
    reason: "EndpointRequired",
    says: /spec\.endpoint/,
    cure: () => stand.edit("cloudaccount/no-endpoint", { spec: { endpoint: stand.simulator.url } }),
  },
];

describe.concurrent("an account with", () => {
  it.for(badAccounts)("$title says $reason and what to do, and its projects wait", async (bad, { expect }) => {
    const account = `cloudaccount/${bad.name}`;
    const project = `registryproject/${bad.name}`;
    await stand.apply(...bad.manifests(stand.simulator));
    await stand.apply(projectManifest(bad.name, { accountRef: { name: bad.name } }));
    const ready = await stand.reaches(account, bad.reason);
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(bad.says) });
    const waiting = await stand.reaches(project, "AccountNotReady");
    expect(waiting).toMatchObject({
      status: "False",
      message: expect.stringContaining(`${stand.namespace}/${bad.name}`),
    });
    await stand.lookAgain(account);
    expect(await stand.reaches(account, bad.reason)).toEqual(ready);
  });

  it("keys that the cloud refuses tries them again only when drift is due", async ({ expect }) => {
    const refusing = await stand.anotherSimulator();
    await stand.apply(
      ...accountManifests(refusing, {
        name: "refused",
        stringData: { ...CREDENTIALS, secretKey: "not-this-one-either" },
      }),
    );
    await stand.reaches("cloudaccount/refused", "CredentialsRejected");
    await stand.visited("cloudaccount/refused");
    const requests = await refusing.requests();
    expect(requests.length).toBeGreaterThan(1);
    expect(requests.length).toBeLessThanOrEqual(4);
  });
});

it("each of them tells it in one event", async ({ expect }) => {
  // Events come in order: when the last one is there, so are those before it.
  await stand.apply(...accountManifests(stand.simulator, { name: "marker" }));
  await stand.reaches("cloudaccount/marker", "Verified");
  await expect.poll(() => stand.events("cloudaccount/marker"), { timeout: 20_000 }).toHaveLength(1);
  for (const { name, reason } of badAccounts) {
    const events = await stand.events(`cloudaccount/${name}`);
    expect(events.filter((event) => event.reason === reason)).toMatchObject([{ count: 1 }]);
    const ofProject = await stand.events(`registryproject/${name}`);
    expect(ofProject).toMatchObject([{ reason: "AccountNotReady", count: 1 }]);
  }
});

describe.concurrent("once corrected, an account with", () => {
  it.for(badAccounts.filter(({ cure }) => cure))("$title works at once", async ({ name, cure }, { expect }) => {
    await cure?.();
    expect(await stand.reaches(`cloudaccount/${name}`, "Verified")).toMatchObject({ status: "True" });
    expect(await stand.reaches(`registryproject/${name}`, "Available")).toMatchObject({ status: "True" });
  });
});

itStaysClean(() => stand);
