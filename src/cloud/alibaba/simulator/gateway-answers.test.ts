// The gateway over the wire, part two: regions, too many writes, how it says no, and lists that are not true.
import { describe, expect, test } from "vitest";
import { MINUTE, SECOND, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { managedBody, todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const LIST = "/regions/cn-hangzhou/clusters";
const QUOTA = "/quota";

describe("a region", () => {
  const sendTo =
    (region: string | undefined, options: Parameters<typeof startBed>[0]) => async (): Promise<unknown> => {
      const { client } = await startBed(options);
      const answer = await client.send(QUOTA, region === undefined ? {} : { headers: { "x-acs-region-id": region } });
      return answer.status === 200 ? 200 : [answer.status, (answer.json() as { code: string }).code];
    };

  test.each([
    ["that is the endpoint's own", sendTo("cn-hangzhou", {}), 200],
    ["that is another one, of an endpoint for all", sendTo("cn-beijing", {}), 200],
    [
      "that is another one, of an endpoint for its own",
      sendTo("cn-beijing", { regions: "Own" }),
      [404, "InvalidRegionId.NotFound"],
    ],
    ["that there is not", sendTo("cn-nowhere", {}), [404, "InvalidRegionId.NotFound"]],
    [
      "that is the endpoint's own, whatever it is called",
      sendTo("cn-nowhere", { region: "cn-nowhere", regions: "Own" }),
      200,
    ],
    ["that is not said", sendTo(undefined, {}), 200],
    ["that is not said and has to be", sendTo(undefined, { regionHeader: "Required" }), [400, "MissingParameter"]],
    ["that has to be said and is", sendTo("cn-hangzhou", { regionHeader: "Required" }), 200],
  ])("%s", async (_, send, expected) => {
    expect(await send()).toEqual(expected);
  });
});

describe("a cluster of another region", () => {
  test.each([
    ["Any", 200, 200],
    ["Scoped", 404, 200],
  ] as const)("is found by its id or not, with the switch at %s", async (regions, ours, theirs) => {
    const { client } = await startBed({ regions });
    const id = await client.running("c", { regionId: "cn-beijing" });
    const statusIn = async (path: string, headers: Record<string, string>) =>
      (await client.send(`/clusters/${id}${path}`, { headers })).status;
    for (const path of ["", "/nodes", "/nodepools"]) {
      expect(await statusIn(path, {})).toBe(ours);
      expect(await statusIn(path, { "x-acs-region-id": "cn-beijing" })).toBe(theirs);
    }
    const answers = { Any: undefined, Scoped: "ErrorClusterNotFound" };
    expect((await client.send(`/clusters/${id}`)).json()).toMatchObject(
      answers[regions] === undefined ? { region_id: "cn-beijing" } : { code: answers[regions] },
    );
  });
});

describe("writes beyond the limit", () => {
  test.each([400, 429, 503] as const)(
    "get Throttling.User with %s until a minute of real time has passed",
    async (throttleStatus) => {
      const { client, clock } = await startBed({ writesPerMinute: 2, throttleStatus, speed: 1000 });
      expect(await client.refusal("POST", "/clusters", {})).toEqual([400, "InvalidParameter"]);
      clock.advance(30 * SECOND);
      expect(await client.refusal("DELETE", "/clusters/none")).toEqual([404, "ErrorClusterNotFound"]);
      expect(await client.refusal("POST", "/clusters", todaysBody("late"))).toEqual([
        throttleStatus,
        "Throttling.User",
      ]);
      await client.get(QUOTA);
      expect((await client.state())["clusters"]).toEqual([]);
      clock.advance(30 * SECOND);
      await client.ask("POST", "/clusters", todaysBody("late"));
    },
  );

  test("cost nothing where nobody signed them", async () => {
    const { client } = await startBed({ writesPerMinute: 1 });
    const unsigned = { method: "POST", headers: { authorization: "acs no:no" }, body: {} };
    expect((await client.send("/clusters", unsigned)).status).toBe(400);
    await client.ask("POST", "/clusters", todaysBody("first"));
  });
});

describe("an answer", () => {
  test("that refuses has its members in both spellings, and the id of the request in a header too", async () => {
    const { client } = await startReferenceBed();
    const answer = await client.send("/clusters/none");
    const body = answer.json() as Record<string, unknown>;
    const requestId = expect.stringMatching(/^[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}$/);
    expect(body).toEqual({
      code: "ErrorClusterNotFound",
      message: expect.any(String),
      requestId,
      Code: "ErrorClusterNotFound",
      Message: body["message"],
      RequestId: body["requestId"],
    });
    expect(answer.headers["x-acs-request-id"]).toBe(body["requestId"]);
  });

  test("that accepts has one id of its request, in body and header, and no two are the same", async () => {
    const { client } = await startReferenceBed();
    const answers = [
      await client.send("/clusters", { method: "POST", body: managedBody("one") }),
      await client.send("/clusters", { method: "POST", body: managedBody("two", { vpcid: "vpc-2" }) }),
    ];
    const ids = answers.map((answer) => (answer.json() as { request_id: string }).request_id);
    expect(answers.map(({ headers }) => headers["x-acs-request-id"])).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
    expect((await client.send("/clusters")).headers["x-acs-request-id"]).toMatch(/^[0-9A-F-]{36}$/);
  });

  test.each([
    [404, "InvalidApi.NotFound"],
    [403, "Forbidden.RAM"],
    [429, "Throttling"],
    [500, "InternalError"],
    [503, "ServiceUnavailable"],
    [418, "Error.418"],
  ])("that a fault made with %s has the gateway's words", async (status, code) => {
    const { client } = await startBed();
    await client.faults({ method: "GET", action: "Status", status });
    expect(await client.refusal("GET", QUOTA)).toEqual([status, code]);
  });

  test("of a path that there is not is the gateway's", async () => {
    const { client } = await startBed();
    expect(await client.refusal("GET", "/nothing")).toEqual([404, "InvalidApi.NotFound"]);
  });
});

test("lists can be empty or of the past, as a fault says", async () => {
  const { client, clock } = await startBed();
  await client.running();
  clock.advance(MINUTE);
  await client.faults({ action: "EmptyList" }, { action: "StaleList", ms: MINUTE + 1 }, { action: "StaleList", ms: 1 });
  const names = async () => ((await client.get(LIST))["clusters"] as { name: string }[]).map(({ name }) => name);
  expect([await names(), await names(), await names()]).toEqual([[], [], ["cluster"]]);
});
