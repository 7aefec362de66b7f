// Accounts on bcs-storage: each way in, in each dialect, and whatever is wrong with one.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { createCertificates } from "../../controlplane/certificates.ts";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  BCS,
  bcsAccountManifests,
  createBcsStand,
  TOKEN,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { secretManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: BcsStand;

beforeAll(async () => {
  stand = await createBcsStand("bcs-account");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

describe.concurrent("an account", () => {
  it.for(DIALECT_NAMES)(
    "is Ready by a token in dialect %s, and no longer once that is revoked",
    async (dialect, { expect }) => {
      const name = `token-${dialect.toLowerCase()}`;
      const account = `cloudaccount/${name}`;
      const store = await stand.cloud(name, { dialect });
      expect((await store.requests()).map(({ path }) => path)).toContain(
        "/bcsapi/v4/storage/query/k8s/dynamic/clusters/yunfan/namespace",
      );
      expect(await store.effects()).toEqual([]);
      const { tokens } = (await store.state()) as { tokens: { id: string }[] };
      await store.behindOurBack("DELETE", `tokens/${tokens[0]!.id}`);
      await stand.reaches(account, "CredentialsRejected");
      await store.behindOurBack("POST", "tokens", { token: TOKEN });
      await stand.lookAgain(account);
      await stand.reaches(account, "Verified");
    },
  );

  it.for(DIALECT_NAMES)(
    "is Ready though its token has rights on one cluster alone, in dialect %s",
    async (dialect, { expect }) => {
      const store = await stand.anotherSimulator({ dialect });
      await store.behindOurBack("POST", "tokens", { token: "of-one-cluster", clusterIds: ["BCS-K8S-00001"] });
      const name = `one-cluster-${dialect.toLowerCase()}`;
      await stand.apply(...bcsAccountManifests(store, { name, stringData: { token: "of-one-cluster" } }));
      expect(await stand.reaches(`cloudaccount/${name}`, "Verified")).toMatchObject({ status: "True" });
    },
  );

  it("is Ready on the direct way by its client certificate, and not by another CA's", async ({ expect }) => {
    const [ours, theirs] = await Promise.all([createCertificates(Date.now()), createCertificates(Date.now())]);
    const { certificate, key } = ours.server;
    const store = await stand.anotherSimulator({ tls: { certificate, key, clientCa: ours.ca } });
    const spec = { endpoint: `${store.url}/bcsstorage/v1`, tls: { mode: "SkipVerify" } };
    const shown = ({ administrator: client }: typeof ours): object => ({
      clientCertificate: client.certificate,
      clientKey: client.key,
    });
    await stand.apply(
      ...bcsAccountManifests(store, { name: "direct", spec, stringData: shown(ours) }),
      ...bcsAccountManifests(store, { name: "direct-wrong", spec, stringData: shown(theirs) }),
    );
    expect(await stand.reaches("cloudaccount/direct", "Verified")).toMatchObject({ status: "True" });
    await stand.until("cloudaccount/direct-wrong", ({ status }) =>
      (status.conditions ?? []).some(
        ({ type, reason }) => type === "Ready" && /CloudUnavailable|EndpointUnreachable/.test(reason),
      ),
    );
  });

  it("stays Ready through a bad moment of the store", async ({ expect }) => {
    const store = await stand.cloud("unwell");
    const account = "cloudaccount/unwell";
    const before = stand.seen(account);
    await store.behindOurBack("PATCH", "gateways/gateway", { state: "WebPage" });
    await stand.visited(account);
    expect(stand.seen(account)).toEqual(before);
  });
});

interface BadAccount {
  readonly title: string;
  readonly name: string;
  readonly manifests: (simulator: BcsSimulator, name: string) => readonly object[];
  readonly reason: string;
  readonly says: RegExp;
  readonly cure?: (name: string) => Promise<void>;
}

const rightToken = (name: string): Promise<void> =>
  stand.apply(secretManifest(`${name}-credentials`, { token: TOKEN }));
const rightEndpoint = (name: string): Promise<void> =>
  stand.edit(`cloudaccount/${name}`, { spec: { endpoint: stand.simulator.url } });
const withSecret = (stringData: object) => (simulator: BcsSimulator, name: string) =>
  bcsAccountManifests(simulator, { name, stringData });

const badAccounts: readonly BadAccount[] = [
  {
    title: "a wrong token",
    name: "wrong-token",
    manifests: withSecret({ token: "not-the-right-token" }),
    reason: "CredentialsRejected",
    says: /401.*Secret .*\/wrong-token-credentials/,
    cure: rightToken,
  },
  {
    title: "neither token nor certificate",
    name: "no-token",
    manifests: withSecret({ something: "else" }),
    reason: "CredentialsIncomplete",
    says: /token, or clientCertificate and clientKey.*missing or empty: token/,
    cure: rightToken,
  },
  {
    title: "a certificate without its key",
    name: "no-key",
    manifests: withSecret({ clientCertificate: "-----BEGIN CERTIFICATE-----" }),
    reason: "CredentialsIncomplete",
    says: /missing or empty: clientKey/,
  },
  {
    title: "what is no certificate",
    name: "no-certificate",
    manifests: withSecret({ clientCertificate: "certificate", clientKey: "key of somebody" }),
    reason: "CredentialsIncomplete",
    says: /not a certificate and its key in PEM/,
  },
  {
    title: "the keys of another cloud beside the token",
    name: "both-sets",
    manifests: withSecret({ token: TOKEN, accessKey: "an-access-key" }),
    reason: "AmbiguousCredentials",
    says: /token, accessKey.*keep/i,
  },
  {
    title: "a line break at the end of the token",
    name: "line-break",
    manifests: withSecret({ token: `${TOKEN}\n` }),
    reason: "CredentialsIncomplete",
    says: /token.*line break/,
    cure: rightToken,
  },
  {
    title: "an endpoint where nobody answers",
    name: "no-answer",
    manifests: (_, name) => bcsAccountManifests({ url: "http://127.0.0.1:1" }, { name }),
    reason: "EndpointUnreachable",
    says: /127\.0\.0\.1:1.*spec\.endpoint/,
    cure: rightEndpoint,
  },
  {
    title: "an endpoint without a store",
    name: "no-store",
    manifests: ({ url }, name) => bcsAccountManifests({ url: `${url}/elsewhere` }, { name }),
    reason: "Rejected",
    says: /no bcs-storage at that address.*spec\.endpoint/,
    cure: rightEndpoint,
  },
  {
    title: "no endpoint",
    name: "no-endpoint",
    manifests: (simulator, name) => bcsAccountManifests(simulator, { name, spec: { endpoint: undefined } }),
    reason: "EndpointRequired",
    says: /spec\.endpoint/,
    cure: rightEndpoint,
  },
];

describe.concurrent("an account with", () => {
  it.for(badAccounts)("$title says $reason and what to do", async (bad, { expect }) => {
    const account = `cloudaccount/${bad.name}`;
    await stand.apply(...bad.manifests(stand.simulator, bad.name));
    const ready = await stand.reaches(account, bad.reason);
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(bad.says) });
    await stand.lookAgain(account);
    expect(await stand.reaches(account, bad.reason)).toEqual(ready);
    if (!bad.cure) return;
    await bad.cure(bad.name);
    expect(await stand.reaches(account, "Verified")).toMatchObject({ status: "True" });
  });

  it("a web page in the store's place says so, and heals when that is over", async ({ expect }) => {
    const store = await stand.anotherSimulator();
    await store.behindOurBack("PATCH", "gateways/gateway", { state: "WebPage" });
    await stand.apply(...BCS.accountManifests(store, { name: "web-page" }));
    const ready = await stand.reaches("cloudaccount/web-page", "CloudUnavailable");
    expect(ready.message).toMatch(/no answer of bcs-storage.*spec\.endpoint/);
    await store.behindOurBack("PATCH", "gateways/gateway", { state: "Up" });
    await stand.reaches("cloudaccount/web-page", "Verified");
  });
});

itStaysClean(() => stand);
