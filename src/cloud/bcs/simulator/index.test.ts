// The start from command-line flags, and the server's clock.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCertificates } from "../../../../controlplane/certificates.ts";
import { bcsSimulator } from "./index.ts";
import { ALL, BcsClient, BOTH_HEADERS, DIRECT, extra, namespaced, TOKEN } from "./test-support.ts";

const parsed = {
  listen: "127.0.0.1:0",
  speed: "1",
  duplicateNames: "Refuse",
  token: TOKEN,
  dialect: "Reference",
  timeZone: "+08:00",
  clockOffset: "0",
  readLag: "0",
};

async function start(flags: Record<string, unknown> = {}): Promise<BcsClient> {
  const simulator = await bcsSimulator.start({ ...parsed, ...flags });
  const client = new BcsClient(simulator.url);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  return client;
}

async function file(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "yunfan-bcs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

describe("the definition for the command line", () => {
  test("has the fixed flags", () => {
    const names = bcsSimulator.flags.map(({ flags }) => flags.split(" ")[0]);
    const own = ["--token", "--dialect", "--time-zone", "--event-cap", "--read-lag"];
    const unsafe = ["--drop-delete-bodies", "--ignore-extra"];
    expect(names).toEqual(expect.arrayContaining(["--listen", "--speed", "--faults", ...own, ...unsafe]));
    expect(bcsSimulator.flags.find(({ flags }) => flags.startsWith("--dialect"))).toMatchObject({
      default: "Reference",
      choices: ["Reference", "V2019", "V2026"],
    });
  });

  test("starts a simulator that knows the token, the dialect, the zone and single choices", async () => {
    const client = await start({
      dialect: "V2026",
      timeZone: "-03:30",
      choose: ["oneRecord=List", "envelope=Reference"],
    });
    await client.put(`${namespaced("n1")}/x`, 1);
    expect(await client.envelope(`${namespaced("n1")}/x`)).toMatchObject({
      code: 0,
      data: [{ createTime: expect.stringMatching(/-03:30$/) }],
    });
    expect(await client.code(`${namespaced("n1")}/y`)).toBe(10_004);
  });

  test("starts one with caps, a lag and a fault plan", async () => {
    const faults = await file("faults.json", '{"faults":[{"method":"PUT","action":"Status","status":503}]}');
    const client = await start({ eventCap: "1", alarmCap: "1", maxAgeDays: "7", readLag: "600000", faults });
    expect((await client.call("/events", { method: "PUT", body: {} })).status).toBe(503);
    for (const eventId of ["e1", "e2"]) await client.colleague("POST", "events", { clusterId: "c1", eventId });
    for (const source of ["s1", "s2"]) await client.colleague("POST", "alarms", { clusterId: "c1", source });
    expect(await client.state()).toMatchObject({ events: [{ eventId: "e2" }], alarms: [{ source: "s2" }] });
    expect(await client.rows("/events")).toEqual([]);
  });

  test("starts an unsafe one", async () => {
    const client = await start({ dialect: "V2019", dropDeleteBodies: true, ignoreExtra: true });
    await client.put(`${namespaced("n1")}/x`, { owner: "you" });
    await client.remove(`${ALL}?extra=${extra({ "data.owner": "me" })}`, { updateTimeEnd: 1 });
    expect(await client.things()).toEqual([]);
  });

  test("starts one whose clock is wrong: its Date header and its stamps are, and agree", async () => {
    const client = await start({ clockOffset: "-3600" });
    const { headers } = await client.call(`${namespaced("n1")}/x`, { method: "PUT", body: { data: 1 } });
    const { records } = await client.state();
    const behind = [Date.parse(String(headers["date"])), Date.parse(String(records![0]!["updatedAt"]))];
    for (const time of behind) expect(Math.abs(Date.now() - 3_600_000 - time)).toBeLessThan(60_000);
  });

  test("starts one with TLS that wants client certificates", async () => {
    const { ca, server, administrator } = await createCertificates(Date.now());
    const simulator = await bcsSimulator.start({
      ...parsed,
      tlsCertificate: await file("tls.crt", server.certificate),
      tlsKey: await file("tls.key", server.key),
      clientCa: await file("ca.crt", ca),
    });
    const agent = new Agent({ connect: { ca, cert: administrator.certificate, key: administrator.key } });
    onTestFinished(async () => {
      await agent.destroy();
      await simulator.close();
    });
    expect(simulator.url).toMatch(/^https:/);
    const { statusCode, body } = await request(`${simulator.url}${DIRECT}${ALL}`, { dispatcher: agent });
    expect([statusCode, await body.json()]).toMatchObject([200, { result: true }]);
  });

  test.each([
    ["--token", { token: "" }],
    ["--dialect", { dialect: "V2020" }],
    ["--time-zone", { timeZone: "UTC" }],
    ["--time-zone", { timeZone: "+25:00" }],
    ["--clock-offset", { clockOffset: "late" }],
    ["--event-cap", { eventCap: "0" }],
    ["--read-lag", { readLag: "-1" }],
    ["--choose", { choose: ["nothing=1"] }],
    ["--listen", { listen: "8080" }],
    ["--tls-key", { tlsCertificate: "tls.crt" }],
    ["--client-ca", { clientCa: "ca.crt" }],
    ["--tls-certificate", { tlsCertificate: "/nowhere/tls.crt", tlsKey: "/nowhere/tls.key" }],
  ])("names %s that is at fault", async (flag, wrong) => {
    await expect(bcsSimulator.start({ ...parsed, ...wrong })).rejects.toThrow(flag);
  });

  test("takes the token in either header, and says nothing more when it is ready", async () => {
    const simulator = await bcsSimulator.start(parsed);
    const client = new BcsClient(simulator.url);
    onTestFinished(async () => {
      await client.close();
      await simulator.close();
    });
    expect(simulator.extra).toEqual({});
    expect((await client.call(ALL, { headers: BOTH_HEADERS })).status).toBe(200);
  });
});
