// What the real API server answers to a write that came too late, and to one that somebody refuses: told apart by its answers.
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createCertificates } from "../../controlplane/certificates.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../../test/support/apiserver/controlplane.ts";
import { refuse } from "../../test/support/apiserver/policies.ts";
import { transportOf } from "../../test/support/apiserver/transports.ts";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { systemClock } from "../lib/clock.ts";
import { HttpKubeClient } from "./client.ts";
import { isConflict, isFailedTest, isNotFound, isRefusal, KubeError, wordsOf, type ApiStatus } from "./errors.ts";
import { loadKubeConfig } from "./kubeconfig.ts";
import type { KubeTransport } from "./transport.ts";
import type { KubeObject, ResourceType } from "./types.ts";

const CONFIG_MAPS: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};
const { kubectl, kubeconfigPath } = sharedControlPlane();

let transport: KubeTransport;
let client: HttpKubeClient;

beforeAll(() => {
  transport = transportOf(loadKubeConfig({ path: kubeconfigPath }));
  client = new HttpKubeClient(transport);
});
afterAll(() => transport[Symbol.asyncDispose]());

async function created(prefix: string): Promise<KubeObject> {
  const namespace = await uniqueNamespace(kubectl, prefix);
  return client.create(CONFIG_MAPS, { metadata: { namespace, name: "subject", finalizers: ["example.dev/keep"] } });
}

/** What the server says to the removal of the finalizer at `index`, as the operator asks for it. */
function removal({ metadata }: KubeObject, expected = "example.dev/keep", index = 0): Promise<unknown> {
  const path = `/metadata/finalizers/${index}`;
  const operations = [
    { op: "test", path, value: expected },
    { op: "remove", path },
  ];
  return rejectionOf(client.jsonPatch(CONFIG_MAPS, metadata, operations));
}

const kindsOf = (error: unknown) => [isFailedTest(error), isConflict(error), isRefusal(error)];
const LATE = [true, false, false];
const CONFLICT = [false, true, false];
const REFUSED = [false, false, true];

describe("who came too late", () => {
  it("a test that another value fails, or whose path is not there, is neither conflict nor refusal but a failed test", async () => {
    const subject = await created("late");
    for (const error of [await removal(subject, "example.dev/other"), await removal(subject, "x", 3)]) {
      expect(error).toMatchObject({ code: 422, reason: "Invalid" });
      expect(kindsOf(error)).toEqual(LATE);
    }
  });

  it("a stale resourceVersion and a name that is taken are conflicts", async () => {
    const { metadata } = await created("conflict");
    const stale = { metadata: { resourceVersion: "1", labels: { a: "b" } } };
    expect(kindsOf(await rejectionOf(client.mergePatch(CONFIG_MAPS, metadata, stale)))).toEqual(CONFLICT);
    const again = client.create(CONFIG_MAPS, { metadata: { namespace: metadata.namespace!, name: metadata.name } });
    expect(kindsOf(await rejectionOf(again))).toEqual(CONFLICT);
  });
});

describe("who is refused", () => {
  it.each([
    [undefined, 422],
    ["Invalid", 422],
    ["Forbidden", 403],
    ["RequestEntityTooLarge", 413],
  ] as const)(
    "a policy with the reason %s answers %i, also to a JSON Patch, and is a refusal in its own words",
    async (reason, code) => {
      const subject = await created("policy");
      const { namespace = "" } = subject.metadata;
      const policy = await refuse({
        kubectl,
        namespace,
        apiGroup: "",
        resources: ["configmaps"],
        ...(reason && { reason }),
      });
      const error = await removal(subject);
      expect(kindsOf(await removal(subject, "example.dev/other"))).toEqual(LATE);
      await policy.lift();
      expect(await removal(subject)).toBeUndefined();
      expect(error).toHaveProperty("code", code);
      expect(kindsOf(error)).toEqual(REFUSED);
      expect(wordsOf(error as KubeError)).toContain(policy.words);
    },
  );

  it("what validation refuses names the field", async () => {
    const { metadata } = await created("invalid");
    const error = await rejectionOf(client.mergePatch(CONFIG_MAPS, metadata, { metadata: { labels: { "a b": "" } } }));
    expect(error).toHaveProperty("code", 422);
    expect(kindsOf(error)).toEqual(REFUSED);
  });
});

describe("what webhooks answer", () => {
  let answer: Partial<ApiStatus> = {};
  let namespace: string;
  let subject: KubeObject;
  const name = `webhook-${process.pid}`;

  beforeAll(async () => {
    subject = await created("webhook");
    namespace = subject.metadata.namespace!;
    const { ca, server } = await createCertificates(systemClock.now());
    const webhook = createServer({ cert: server.certificate, key: server.key }, (request, response) => {
      void buffer(request).then((body) => {
        const { uid } = (JSON.parse(body.toString()) as { request: { uid: string } }).request;
        const review = { uid, allowed: false, status: answer };
        response.end(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: review }));
        return undefined;
      });
    });
    webhook.listen(0, "127.0.0.1");
    await once(webhook, "listening");
    const url = `https://127.0.0.1:${(webhook.address() as AddressInfo).port}/`;
    await kubectlOk(kubectl, ["apply", "-f", "-"], JSON.stringify(configurationOf(url, ca)));
    const refused = async (): Promise<void> => expect(await annotation()).toBeInstanceOf(KubeError);
    await vi.waitFor(refused, { timeout: 20_000, interval: 100 });
    return async () => {
      await kubectlOk(kubectl, ["delete", "validatingwebhookconfiguration", name]);
      webhook.close();
      webhook.closeAllConnections();
    };
  });

  /** Changes nothing that a later request needs. */
  const annotation = (): Promise<unknown> => {
    const add = { op: "add", path: "/metadata/annotations", value: { at: String(systemClock.now()) } };
    return rejectionOf(client.jsonPatch(CONFIG_MAPS, subject.metadata, [add]));
  };

  const configurationOf = (url: string, ca: string): object => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: "owners.example.dev",
        clientConfig: { url, caBundle: Buffer.from(ca).toString("base64") },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["configmaps"] }],
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  });

  it.each([
    ["nothing but a no", {}, 400],
    ["422 Invalid without details", { code: 422, reason: "Invalid", message: "no" }, 422],
    ["422 Invalid without a word", { code: 422, reason: "Invalid" }, 422],
    ["403 Forbidden", { code: 403, reason: "Forbidden", message: "no" }, 403],
    ["a code that is none of an error", { code: 200, message: "no" }, 400],
  ])("a refusal is %s", async (_, status, code) => {
    answer = status;
    const error = await removal(subject);
    expect(error).toHaveProperty("code", code);
    expect(kindsOf(error)).toEqual(REFUSED);
    expect(wordsOf(error as KubeError)).toContain("owners.example.dev");
  });

  it("a 409 reads as a conflict and a 500 as the server's own failure: those who take them for passing have to count", async () => {
    answer = { code: 409, reason: "Conflict", message: "no" };
    expect(kindsOf(await removal(subject))).toEqual(CONFLICT);
    answer = { code: 500, message: "no" };
    expect(kindsOf(await removal(subject))).toEqual([false, false, false]);
  });
});

it.each([404, 410, 429, 401, 500, 503])("%i is no refusal", (code) => {
  expect(isRefusal(new KubeError({ code }, { method: "PATCH", path: "/" }))).toBe(false);
});

it.each([
  ["as the server says it", { reason: "NotFound", message: 'configmaps "a" not found' }, true],
  ["of a load balancer", { message: "default backend - 404" }, false],
  ["without a body", {}, false],
])("a 404 %s is proof that the object is gone: %o %s", (_how, status, isProof) => {
  expect(isNotFound(new KubeError({ code: 404, ...status }, { method: "GET", path: "/" }))).toBe(isProof);
});

it("422 of something before the API server, which has no reason, is a refusal", () => {
  const error = new KubeError({ code: 422, message: "blocked" }, { method: "PATCH", path: "/" });
  expect(kindsOf(error)).toEqual(REFUSED);
  expect(wordsOf(error)).toBe("blocked");
});
