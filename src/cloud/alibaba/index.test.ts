// An account of Alibaba Cloud, opened: which credentials, endpoints, dialects and signatures its requests use.
import { describe, expect, onTestFinished, test } from "vitest";
import { json, startScriptedServer, type ScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { KEYS } from "../../../test/support/clouds/alibaba/bed.ts";
import { never, openAt, startAccount } from "../../../test/support/clouds/alibaba/session.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { systemClock } from "../../lib/clock.ts";
import type { AccountSettings, Credentials } from "../contract.ts";

const PERMANENT: Credentials = { accessKey: KEYS.accessKey, secretKey: KEYS.secretKey };
const NO_CLUSTERS = { clusters: [], page_info: { page_number: 1, page_size: 1, total_count: 0 } };

async function start(body: unknown = NO_CLUSTERS): Promise<ScriptedServer> {
  const server = await startScriptedServer((_request, response) => json(response, 200, body));
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

describe("opening an account", () => {
  test.each<[string, Partial<AccountSettings>, Credentials, string]>([
    ["without keys", {}, {}, "CredentialsMalformed"],
    ["with a key and a login", {}, { ...PERMANENT, username: "a", password: "b" }, "AmbiguousCredentials"],
    ["with an empty token", {}, { ...PERMANENT, securityToken: "" }, "CredentialsMalformed"],
    ["with a line break in a key", {}, { ...PERMANENT, accessKey: "AK\n" }, "CredentialsMalformed"],
    ["with a token of two lines", {}, { ...PERMANENT, securityToken: "a\nb" }, "CredentialsMalformed"],
    ["without endpoint and region", { endpoint: undefined, region: undefined }, PERMANENT, "EndpointRequired"],
    ["with an endpoint and no region", { region: undefined }, PERMANENT, "Rejected"],
    ["with a region that is none", { region: "cn/../x" }, PERMANENT, "Rejected"],
    ["in a dialect that there is not", { providerOptions: { dialect: "V2019" } }, PERMANENT, "Rejected"],
  ])("%s is refused", (_how, settings, credentials, kind) => {
    const refused = expect.objectContaining({ name: "CloudError", kind }) as Error;
    expect(() => openAt("http://127.0.0.1:1", { settings, credentials })).toThrow(refused);
  });

  test("in a region alone leads to that region's endpoint", async () => {
    const session = openAt("", { settings: { endpoint: undefined, region: "cn-beijing", tls: { mode: "Verify" } } });
    expect(await session.locate(never)).toEqual({
      endpoint: "https://cs.cn-beijing.aliyuncs.com",
      region: "cn-beijing",
    });
  });

  test("tells two regions behind one endpoint apart", async () => {
    const locate = (region: string) => openAt("http://127.0.0.1:1/gate/", { settings: { region } }).locate(never);
    expect(await locate("cn-beijing")).toEqual({ endpoint: "http://127.0.0.1:1/gate", region: "cn-beijing" });
    expect(await locate("cn-beijing")).not.toEqual(await locate("cn-hangzhou"));
  });
});

describe("requests", () => {
  test("of today's dialect are signed by ACS3 and name region and call", async () => {
    const server = await start();
    const clock = new FakeClock({ startMs: Date.UTC(2026, 10, 29, 15, 39, 31, 700) });
    const session = openAt(`${server.origin}/gate/`, {
      credentials: { accessKey: "AK", secretKey: "SK", securityToken: "T0KEN" },
      deps: { clock },
    });
    await session.verify(never);
    await session.verify(never);
    const [first, second] = server.seen;
    expect(first).toMatchObject({ method: "GET", url: "/gate/regions/cn-hangzhou/clusters?page_number=1&page_size=1" });
    expect(first?.headers).toMatchObject({
      accept: "application/json",
      "x-acs-action": "DescribeClustersForRegion",
      "x-acs-date": "2026-11-29T15:39:31Z",
      "x-acs-region-id": "cn-hangzhou",
      "x-acs-security-token": "T0KEN",
      "x-acs-version": "2015-12-15",
      "x-acs-content-sha256": expect.stringMatching(/^[0-9a-f]{64}$/),
      authorization: expect.stringMatching(
        /^ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=[a-z0-9;-]+,Signature=[0-9a-f]{64}$/,
      ),
    });
    expect(first?.headers["x-acs-signature-nonce"]).not.toBe(second?.headers["x-acs-signature-nonce"]);
  });

  test("of the reference's dialect are signed by ROA, with a digest of the body", async () => {
    const server = await start([]);
    await openAt(server.origin, { settings: { providerOptions: { dialect: "Reference" } } }).verify(never);
    expect(server.seen).toMatchObject([{ method: "GET", url: "/clusters" }]);
    const { headers } = server.seen[0] ?? { headers: {} };
    expect(headers).toMatchObject({
      accept: "application/json",
      "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
      "x-acs-region-id": "cn-hangzhou",
      "x-acs-signature-method": "HMAC-SHA1",
      authorization: expect.stringMatching(/^acs test-access-key:[A-Za-z0-9+/]{27}=$/),
    });
    expect(headers).not.toHaveProperty("x-acs-action");
  });

  test.each([
    ["V2026", "Roa", /^acs /],
    ["Reference", "Acs3", /^ACS3-/],
  ])("of dialect %s are signed by %s where that is asked for", async (dialect, signature, form) => {
    const server = await start(dialect === "Reference" ? [] : NO_CLUSTERS);
    await openAt(server.origin, { settings: { providerOptions: { dialect, signature } } }).verify(never);
    expect(server.seen[0]?.headers.authorization).toMatch(form);
  });
});

describe.each(["V2026", "Reference"] as const)("an account in dialect %s", (dialect) => {
  test.each(["Acs3", "Roa"] as const)("is verified by either signature (%s)", async (signature) => {
    const { open } = await startAccount({ dialect, signature });
    const session = open({ settings: { providerOptions: { dialect, signature } } });
    await expect(session.verify(never)).resolves.toBeUndefined();
  });

  test("says which signature the endpoint does not take", async () => {
    const { open } = await startAccount({ dialect, signature: "Acs3" });
    const session = open({ settings: { providerOptions: { dialect, signature: "Roa" } } });
    await expect(session.verify(never)).rejects.toMatchObject({
      kind: "Unauthenticated",
      advice: expect.stringContaining("spec.alibaba.signature"),
    });
  });

  test("is verified with temporary credentials, and says that they have expired or are others", async () => {
    const securityToken = "T0KEN/+with=all~of'it";
    const { open, simulator } = await startAccount({ dialect, securityToken });
    const credentials = { ...PERMANENT, securityToken };
    const session = open({ credentials });
    await session.verify(never);
    await expect(open().verify(never)).rejects.toMatchObject({ codes: ["MissingSecurityToken"] });
    await simulator.behindOurBack("PATCH", `keys/${KEYS.accessKey}`, { state: "TokenExpired" });
    const error = await session.verify(never).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ kind: "Unauthenticated", codes: ["InvalidSecurityToken.Expired"] });
    expect(error?.message).not.toContain(securityToken);
  });

  test("says that the secret key is wrong, and shows no token", async () => {
    const securityToken = "T0KEN-T0KEN";
    const { open } = await startAccount({ dialect, securityToken });
    const session = open({ credentials: { ...PERMANENT, secretKey: "wrong", securityToken } });
    const error = await session.verify(never).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ kind: "Unauthenticated", codes: ["SignatureDoesNotMatch"] });
    expect(JSON.stringify(error) + String(error)).not.toContain("T0KEN");
  });

  test("says that a key was revoked, disabled, or may not", async () => {
    const { open, simulator } = await startAccount({ dialect });
    const session = open();
    const becomes = async (state: string, refusal: object): Promise<void> => {
      await simulator.behindOurBack("PATCH", `keys/${KEYS.accessKey}`, { state });
      await expect(session.verify(never)).rejects.toMatchObject(refusal);
    };
    await becomes("Deleted", { kind: "Unauthenticated", codes: ["InvalidAccessKeyId.NotFound"] });
    await becomes("Inactive", { kind: "Unauthenticated", codes: ["InvalidAccessKeyId.Inactive"] });
    await becomes("Denied", { kind: "Forbidden", codes: ["Forbidden.RAM"] });
    await simulator.behindOurBack("PATCH", `keys/${KEYS.accessKey}`, { state: "Active" });
    await session.verify(never);
  });

  test("says by how much the clock is off", async () => {
    const { open, simulator } = await startAccount({ dialect });
    await simulator.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: 20 * 60 });
    await expect(open().verify(never)).rejects.toMatchObject({
      kind: "Unauthenticated",
      message: expect.stringContaining("the operator's clock is 20 minutes behind the cloud's"),
    });
  });

  test("says that the region is wrong", async () => {
    const { open } = await startAccount({ dialect });
    const session = open({ settings: { region: "cn-nowhere", providerOptions: { dialect } } });
    await expect(session.verify(never)).rejects.toMatchObject({
      kind: "Rejected",
      advice: "Correct spec.region of the account",
    });
  });

  test("waits for its turn with a write, and takes nobody's once it is closed", async () => {
    const { open } = await startAccount({ dialect });
    const session = open({ deps: { clock: systemClock } });
    await session.close();
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unreachable" });
  });
});
