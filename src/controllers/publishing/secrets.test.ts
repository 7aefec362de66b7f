// Published Secrets against the real API server where its owners refuse them: each is a word for a person, and none is forgotten.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { sharedControlPlane } from "../../../test/support/apiserver/controlplane.ts";
import { goLive, PROJECTS, unaborted, type Live } from "../../../test/support/apiserver/live-projects.ts";
import { refuse, type Policy } from "../../../test/support/apiserver/policies.ts";
import { rejectionOf } from "../../../test/support/environment/rejection.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { isConflict, isNotFound, isRefusal } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { RefusedError } from "../../lib/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import { Visit } from "../lifecycle/visit.ts";
import { Publisher } from "./secrets.ts";

const CONTENTS = { type: "Opaque", data: { value: Buffer.from("1").toString("base64") } };
const OTHERS = { ...CONTENTS, data: { value: Buffer.from("2").toString("base64") } };

let live: Live;
let policy: Policy | undefined;
let object: RegistryProject;
let visit: Visit<RegistryProject>;
let publisher: Publisher;

beforeEach(async () => {
  live = await goLive("publishing");
  object = await live.create();
  const { client } = live;
  const absorb = (): void => undefined;
  const log = createLogger({ level: "silent" });
  const deps = {
    client,
    type: PROJECTS,
    clock: new FakeClock(),
    onNamespaceDeletion: "Hold" as const,
    absorb,
    forget: absorb,
    beside: () => [],
    releases: new Set<string>(),
  };
  visit = new Visit(deps, { object, signal: unaborted, log });
  publisher = new Publisher({ client, published: { byIndex: () => [], absorb }, watchNamespaces: [] }, "spec.test");
});
afterEach(async () => {
  await policy?.lift();
  policy = undefined;
  await live[Symbol.asyncDispose]();
});

const place = () => ({ namespace: live.namespace, name: "published" });
const stored = (): Promise<KubeObject> => live.others.get(SECRETS, place());

async function refusing(operation: "CREATE" | "UPDATE" | "DELETE"): Promise<string> {
  const { kubectl } = sharedControlPlane();
  const { namespace } = live;
  const what = {
    apiGroup: "",
    resources: ["secrets"],
    operations: [operation],
    reason: "RequestEntityTooLarge",
  } as const;
  policy = await refuse({ kubectl, namespace, ...what });
  return policy.words;
}

async function expectRefused(work: Promise<unknown>, words: string): Promise<void> {
  const error = await rejectionOf(work);
  expect(error).toBeInstanceOf(RefusedError);
  const { reason, message } = error as RefusedError;
  expect(message).toContain(words);
  expect(reason).toBe("SecretRefused");
}

describe("a Secret that is refused", () => {
  it("when it is to be made, says so in the owners' words", async () => {
    const words = await refusing("CREATE");
    await expectRefused(publisher.ensure(visit, place(), CONTENTS), words);
    expect(await rejectionOf(stored())).toSatisfy(isNotFound);
  });

  it("when it is to be corrected, too", async () => {
    await publisher.ensure(visit, place(), CONTENTS);
    const words = await refusing("UPDATE");
    await expectRefused(publisher.ensure(visit, place(), OTHERS), words);
    expect(await stored()).toMatchObject({ data: CONTENTS.data });
  });

  it("when it is to be deleted, too: it is not forgotten", async () => {
    await publisher.ensure(visit, place(), CONTENTS);
    const words = await refusing("DELETE");
    await expectRefused(publisher.withdrawAll(visit, []), words);
    await policy?.lift();
    await publisher.withdrawAll(visit, []);
    expect(await rejectionOf(stored())).toSatisfy(isNotFound);
  });

  it("with the code of a conflict when it is to be deleted, is not taken for one that was replaced", async () => {
    await publisher.ensure(visit, place(), CONTENTS);
    const refusal = live.proxy.inject({ method: /DELETE/, path: /secrets/, action: "Answer", status: 409 });
    expect(await rejectionOf(publisher.withdrawAll(visit, []))).toSatisfy(isConflict);
    expect(refusal.hits).toHaveLength(1);
    expect(await stored()).toMatchObject({ data: CONTENTS.data });
  });
});

describe("a namespace that may not be read any more", () => {
  const answerForbidden = () =>
    live.proxy.inject({ method: /GET/, path: /namespaces\/closed\/secrets/, action: "Answer", status: 403, times: 0 });

  /** Of an operator that watches that namespace too. */
  function limited(): Publisher {
    const published = { byIndex: () => [], absorb: () => undefined };
    return new Publisher({ client: live.client, published, watchNamespaces: [live.namespace, "closed"] }, "spec.test");
  }

  it("does not hold up the deletion of what never declared a Secret there", async () => {
    const refusal = answerForbidden();
    await limited().ensure(visit, place(), CONTENTS);
    await limited().withdrawAll(visit, [place()]);
    expect(refusal.hits).toHaveLength(1);
    expect(await rejectionOf(stored())).toSatisfy(isNotFound);
  });

  it("holds up that of what declares one there: its credentials would stay", async () => {
    answerForbidden();
    const there = { namespace: "closed", name: "published" };
    expect(await rejectionOf(limited().withdrawAll(visit, [place(), there]))).toSatisfy(isRefusal);
  });
});

it("A Secret that was replaced by another one of its name is left alone", async () => {
  await publisher.ensure(visit, place(), CONTENTS);
  const before = await stored();
  await live.others.delete(SECRETS, place());
  await live.others.create(SECRETS, { metadata: place(), ...OTHERS });
  await publisher.withdraw(visit, [before]);
  expect(await stored()).toMatchObject({ data: OTHERS.data });
});
