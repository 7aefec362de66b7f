// Requests against the real kube-apiserver through a proxy that makes faults: errors by class, time-outs, throttling.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sharedControlPlane } from "../../test/support/apiserver/controlplane.ts";
import { eventually } from "../../test/support/environment/eventually.ts";
import { FakeClock } from "../../test/support/clock/fake-clock.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "../../test/support/apiserver/fault-proxy.ts";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "../../test/support/apiserver/transports.ts";
import { KubeError, KubeUnreachableError } from "./errors.ts";
import type { KubeRequest, KubeTransport } from "./transport.ts";

const read: KubeRequest = { method: "GET", path: "/api/v1/namespaces/default" };
const write: KubeRequest = { method: "PATCH", path: "/api/v1/namespaces/default", body: {} };
const mergePatch = "application/merge-patch+json";

let proxy: FaultProxy;
let clock: FakeClock;
let transport: KubeTransport;
let codes: string[];

beforeEach(async () => {
  proxy = await startFaultProxy(await faultProxyOptionsOf(sharedControlPlane().kubeconfigPath));
  clock = new FakeClock();
  codes = [];
  const onResponse = ({ method, code, host }: { method: string; code: string; host: string }): void => {
    codes.push(`${method} ${code} ${host}`);
  };
  transport = transportOf(kubeConfigOf({ server: proxy.url }), { clock, onResponse });
});

afterEach(async () => {
  await transport[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** Resolves when the transport waits for the clock with `count` timers, its time-out included. */
async function waiting(count: number): Promise<void> {
  await eventually(() => clock.pending).toBe(count);
}

describe("request", () => {
  it("gives the parsed answer, counts it, and leaves no timer behind", async () => {
    const answer = await transport.request({ ...read, query: { pretty: false, absent: undefined } });
    expect(answer).toMatchObject({ kind: "Namespace", metadata: { name: "default" } });
    expect(proxy.requests).toMatchObject([
      { path: "/api/v1/namespaces/default?pretty=false", userAgent: "yunfan/test" },
    ]);
    expect(codes).toEqual([`GET 200 ${new URL(proxy.url).host}`]);
    expect(clock.pending).toBe(0);
  });

  it("keeps whole numbers of 64 bits, there and back", async () => {
    const labels = { app: "patient" };
    const containers = [{ name: "main", image: "none" }];
    const podSpec = { containers, terminationGracePeriodSeconds: 9_007_199_254_740_993n };
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } };
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "patient" }, spec };
    const path = "/apis/apps/v1/namespaces/default/deployments";
    const answer = await transport.request({ method: "POST", path, query: { dryRun: "All" }, body });
    expect(answer).toMatchObject({
      spec: { template: { spec: { terminationGracePeriodSeconds: 9_007_199_254_740_993n } } },
    });
  });

  it("serves a cluster below a path of its host", async () => {
    const below = untilTestEnds(transportOf(kubeConfigOf({ server: `${proxy.url}/k8s/clusters/c-1/` })));
    await rejectionOf(below.request(read));
    expect(proxy.requests.at(-1)?.path).toBe("/k8s/clusters/c-1/api/v1/namespaces/default");
  });

  it("tells a refusal from no answer", async () => {
    const refused = await rejectionOf(transport.request({ method: "GET", path: "/api/v1/namespaces/absent" }));
    expect(refused).toBeInstanceOf(KubeError);
    expect(refused).toMatchObject({ code: 404, reason: "NotFound", status: { details: { kind: "namespaces" } } });
    proxy.inject({ action: "DropBefore" });
    expect(await rejectionOf(transport.request(read))).toBeInstanceOf(KubeUnreachableError);
  });

  it.each([
    ["that is refused", () => proxy.goDown()],
    ["that breaks before the request is done", () => proxy.inject({ action: "DropBefore" })],
    ["that breaks after it was done", () => proxy.inject({ action: "DropAfter" })],
    ["that breaks within the answer", () => proxy.inject({ action: "CutBody" })],
  ])("names the cause of a connection %s, and never repeats the request", async (_, fault) => {
    await fault();
    const error = await rejectionOf(transport.request({ ...write, contentType: mergePatch }));
    expect(error).toBeInstanceOf(KubeUnreachableError);
    expect(error).toMatchObject({ cause: expect.any(Error) });
    expect(proxy.requests.length).toBeLessThanOrEqual(1);
  });

  it("counts what got no answer as client-go does", async () => {
    proxy.inject({ action: "DropBefore" });
    await rejectionOf(transport.request(read));
    expect(codes).toEqual([`GET <error> ${new URL(proxy.url).host}`]);
  });

  it("takes an answer that is no JSON for none", async () => {
    proxy.inject({ action: "Answer", status: 200, body: "<html>Please log in</html>" });
    const error = await rejectionOf(transport.request(read));
    expect(error).toBeInstanceOf(KubeUnreachableError);
    expect(error).toMatchObject({ cause: expect.any(SyntaxError) });
  });

  it("does not follow redirects", async () => {
    const headers = { location: `${proxy.url}/api/v1/namespaces/kube-system` };
    proxy.inject({ action: "Answer", status: 302, headers });
    expect(await rejectionOf(transport.request(read))).toMatchObject({ code: 302 });
    expect(proxy.requests).toHaveLength(1);
  });

  it("works after the connection broke", async () => {
    await proxy.goDown();
    await rejectionOf(transport.request(read));
    await proxy.comeUp();
    expect(await transport.request(read)).toMatchObject({ kind: "Namespace" });
  });

  it("refuses everything once it is disposed of", async () => {
    const hold = proxy.inject({ action: "HoldBefore" });
    const underWay = rejectionOf(transport.request(read));
    await hold.reached();
    await transport[Symbol.asyncDispose]();
    expect(await underWay).toBeInstanceOf(KubeUnreachableError);
    expect(await rejectionOf(transport.request(read))).toBeInstanceOf(KubeUnreachableError);
    await transport[Symbol.asyncDispose]();
  });
});

describe("time", () => {
  it("R18: a request ends after 30 s, and its connection with it", async () => {
    const hold = proxy.inject({ action: "HoldAfter" });
    const failed = rejectionOf(transport.request(read));
    await hold.reached();
    await clock.advance(29_999);
    expect(proxy.openConnections).toBe(1);
    await clock.advance(1);
    expect(await failed).toMatchObject({ name: "KubeUnreachableError", cause: { name: "TimeoutError" } });
    await eventually(() => proxy.openConnections).toBe(0);
  });

  it("a request may have a time-out of its own", async () => {
    const hold = proxy.inject({ action: "HoldAfter" });
    const failed = rejectionOf(transport.request({ ...read, timeoutMs: 500 }));
    await hold.reached();
    await clock.advance(500);
    expect(await failed).toMatchObject({ cause: { message: "Time ran out after 500 ms" } });
  });

  it("R7: abort rejects at once with the signal's reason", async () => {
    const abort = new AbortController();
    const hold = proxy.inject({ action: "HoldBefore" });
    const failed = rejectionOf(transport.request({ ...read, signal: abort.signal }));
    await hold.reached();
    const reason = new Error("the reconcile is over");
    abort.abort(reason);
    expect(await failed).toBe(reason);
    expect(clock.pending).toBe(0);
    expect(await rejectionOf(transport.request({ ...read, signal: abort.signal }))).toBe(reason);
    expect(proxy.requests).toHaveLength(1);
  });

  it("R7: abort does not wait for a connection, and what it aborted is never sent", async () => {
    const hold = proxy.inject({ action: "HoldBefore", times: 32 });
    const others = Array.from({ length: 32 }, () => transport.request(read));
    await hold.reached(32);
    const abort = new AbortController();
    const failed = rejectionOf(transport.request({ ...write, contentType: mergePatch, signal: abort.signal }));
    await waiting(33);
    const reason = new Error("over");
    abort.abort(reason);
    expect(await failed).toBe(reason);
    hold.release();
    await Promise.all(others);
    await transport.request(read);
    expect(proxy.requests.map(({ method }) => method)).toEqual(Array.from({ length: 33 }, () => "GET"));
  });
});

describe("throttling", () => {
  const throttle = (status: number, seconds: number | string, times = 1): void => {
    proxy.inject({ action: "Answer", status, headers: { "retry-after": String(seconds) }, times });
  };

  it.each([
    ["read", read],
    ["write", { ...write, contentType: mergePatch }],
  ])("R18: a %s that got 429 is repeated when Retry-After is over", async (_, request) => {
    throttle(429, 7, 2);
    const answered = transport.request(request);
    for (const sent of [1, 2]) {
      await waiting(2);
      await clock.advance(6999);
      expect(proxy.requests).toHaveLength(sent);
      await clock.advance(1);
    }
    expect(await answered).toMatchObject({ kind: "Namespace" });
    expect(proxy.requests).toHaveLength(3);
    expect(codes.map((code) => code.split(" ")[1])).toEqual(["429", "429", "200"]);
  });

  it("R18: 503 with Retry-After is waited out by a read, but not by a write, which may have been done", async () => {
    throttle(503, 1, 2);
    const answered = transport.request(read);
    await waiting(2);
    await clock.advance(1000);
    await waiting(2);
    await clock.advance(1000);
    expect(await answered).toMatchObject({ kind: "Namespace" });
    throttle(503, 1);
    expect(await rejectionOf(transport.request(write))).toMatchObject({ code: 503 });
  });

  it.each([
    ["429 without Retry-After", 429, {}],
    ["503 without Retry-After", 503, {}],
    ["500 with Retry-After", 500, { "retry-after": "1" }],
  ])("%s is the caller's", async (_, status, headers) => {
    proxy.inject({ action: "Answer", status, headers });
    expect(await rejectionOf(transport.request(read))).toMatchObject({ code: status });
    expect(proxy.requests).toHaveLength(1);
  });

  it("a wait that would outlast the request's time is the caller's, with the time in the error", async () => {
    throttle(429, 30);
    const error = await rejectionOf(transport.request(read));
    expect(error).toMatchObject({ code: 429, status: { details: { retryAfterSeconds: 30 } } });
  });

  it("gives up after ten tries", async () => {
    throttle(429, 0, 0);
    const failed = rejectionOf(transport.request(read));
    for (let tries = 1; tries < 10; tries++) {
      await waiting(2);
      await clock.advance(0);
    }
    expect(await failed).toMatchObject({ code: 429 });
    expect(proxy.requests).toHaveLength(10);
  });

  it("abort ends the wait", async () => {
    throttle(429, 7);
    const abort = new AbortController();
    const failed = rejectionOf(transport.request({ ...read, signal: abort.signal }));
    await waiting(2);
    abort.abort(new Error("over"));
    expect(await failed).toMatchObject({ message: "over" });
    expect(clock.pending).toBe(0);
  });
});
