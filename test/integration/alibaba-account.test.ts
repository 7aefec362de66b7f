// A CloudAccount on Alibaba Cloud ACK: verified in both editions of the API, and clear about what keeps it from being so.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  alibabaAccountManifests,
  createAlibabaStand,
  type AlibabaStand,
} from "../support/clouds/alibaba/environment.ts";
import { CREDENTIALS } from "../support/clouds/simulator.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: AlibabaStand;

beforeAll(async () => {
  stand = await createAlibabaStand("alibaba-account");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

describe.concurrent("an account on ACK", () => {
  it.for(["V2026", "Reference"] as const)("is verified in dialect %s", async (dialect, { expect }) => {
    const name = dialect.toLowerCase();
    const cloud = await stand.anotherSimulator({ dialect });
    await stand.apply(...alibabaAccountManifests(cloud, { name, spec: { alibaba: { dialect } } }));
    const { message } = await stand.reaches(`cloudaccount/${name}`, "Verified");
    expect(message).toBe("The cloud accepted the credentials");
  });

  it("says that it is of the other dialect", async ({ expect }) => {
    const cloud = await stand.anotherSimulator({ dialect: "Reference" });
    await stand.apply(...alibabaAccountManifests(cloud, { name: "mistaken" }));
    const { message } = await stand.reaches("cloudaccount/mistaken", "Rejected");
    expect(message).toContain("InvalidApi.NotFound");
  });

  it("says that its key is gone, and goes on when it is back", async ({ expect }) => {
    const cloud = await stand.cloud("revoked");
    const key = `keys/${CREDENTIALS.accessKey}`;
    await cloud.behindOurBack("PATCH", key, { state: "Deleted" });
    const { message } = await stand.reaches("cloudaccount/revoked", "CredentialsRejected");
    expect(message).toContain("InvalidAccessKeyId.NotFound");
    await cloud.behindOurBack("PATCH", key, { state: "Active" });
    await stand.reaches("cloudaccount/revoked", "Verified");
  });

  it("says that the clock is off and not that the keys are wrong", async ({ expect }) => {
    const cloud = await stand.cloud("clock");
    await cloud.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: -1200 });
    const { message } = await stand.reaches("cloudaccount/clock", "CredentialsRejected");
    expect(message).toContain("the operator's clock is 20 minutes ahead of the cloud's. Set the clock of the machine");
    expect(message).not.toContain("Correct the keys");
    await cloud.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: 0 });
    await stand.reaches("cloudaccount/clock", "Verified");
  });

  it("says that the region is wrong, and is refused without one", async ({ expect }) => {
    const cloud = await stand.anotherSimulator();
    await stand.apply(...alibabaAccountManifests(cloud, { name: "elsewhere", spec: { region: "cn-nowhere" } }));
    const { message } = await stand.reaches("cloudaccount/elsewhere", "Rejected");
    expect(message).toContain("Correct spec.region of the account");
    const nowhere = alibabaAccountManifests(cloud, { name: "nowhere", spec: { region: undefined } });
    await expect(stand.apply(...nowhere)).rejects.toThrow("works in one region, with an endpoint too: set region");
  });

  it("shows no token where a signature is wrong", async ({ expect }) => {
    const securityToken = "sts-T0KEN-of-a-session";
    const cloud = await stand.anotherSimulator({ securityToken });
    const stringData = { ...CREDENTIALS, secretKey: "another-secret-key", securityToken };
    await stand.apply(...alibabaAccountManifests(cloud, { name: "temporary", stringData }));
    const { message } = await stand.reaches("cloudaccount/temporary", "CredentialsRejected");
    expect(message).toContain("SignatureDoesNotMatch");
    await stand.apply(
      ...alibabaAccountManifests(cloud, { name: "temporary", stringData: { ...CREDENTIALS, securityToken } }),
    );
    await stand.reaches("cloudaccount/temporary", "Verified");
  });
});

itStaysClean(() => stand);
