// The servers over real HTTP.
import { describe, expect, it, onTestFinished } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { parseBindAddress } from "./health-address.ts";
import { HealthServer, MetricsServer } from "./health.ts";
import { Metrics } from "../metrics/metrics.ts";

const log = createLogger({ level: "silent" });
const LOOPBACK = "127.0.0.1:0";

async function started<T extends HealthServer | MetricsServer>(server: T): Promise<T> {
  onTestFinished(() => server.stop());
  await server.start();
  return server;
}

async function get(server: { port: number | undefined }, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return { status: response.status, body: await response.text() };
}

describe("HealthServer", () => {
  it("R23: serves liveness and readiness apart, each with ?verbose, ?exclude= and a path for every check", async () => {
    let reason: string | undefined = "waiting for the first list: RegistryProject";
    const server = await started(
      new HealthServer({
        address: LOOPBACK,
        log,
        liveness: { ping: () => undefined },
        readiness: { caches: () => reason, ping: () => undefined },
      }),
    );

    expect(await get(server, "/healthz")).toEqual({ status: 200, body: "ok" });
    expect(await get(server, "/readyz")).toEqual({
      status: 500,
      body: `[-]caches failed: ${reason}\n[+]ping ok\nreadyz check failed\n`,
    });
    expect(await get(server, "/readyz?exclude=caches")).toEqual({ status: 200, body: "ok" });
    expect(await get(server, "/readyz/caches")).toEqual({ status: 500, body: `internal server error: ${reason}\n` });
    expect(await get(server, "/readyz/ping/")).toEqual({ status: 200, body: "ok" });
    expect((await get(server, "/healthz/caches")).status).toBe(404);

    reason = undefined;
    expect(await get(server, "/readyz?verbose&exclude=ping&exclude=other")).toEqual({
      status: 200,
      body:
        "[+]caches ok\n[+]ping excluded: ok\n" +
        'warn: some health checks cannot be excluded: no matches for "other"\nreadyz check passed\n',
    });
  });

  it("stops although a client keeps its connection, and may be stopped twice and without a start", async () => {
    const server = await started(new HealthServer({ address: LOOPBACK, log, liveness: {}, readiness: {} }));
    await get(server, "/healthz");

    await server.stop();
    await server.stop();

    await expect(get(server, "/healthz")).rejects.toThrow("fetch failed");
    await new HealthServer({ address: LOOPBACK, log, liveness: {}, readiness: {} }).stop();
  });

  it("rejects when somebody has the port", async () => {
    const first = await started(new HealthServer({ address: LOOPBACK, log, liveness: {}, readiness: {} }));
    const second = new HealthServer({ address: `127.0.0.1:${first.port}`, log, liveness: {}, readiness: {} });
    onTestFinished(() => second.stop());

    await expect(second.start()).rejects.toThrow(/EADDRINUSE/);
  });
});

describe("MetricsServer", () => {
  it("R24: serves the registry in the Prometheus text format", async () => {
    const metrics = new Metrics();
    const server = await started(new MetricsServer({ address: LOOPBACK, log, scrape: () => metrics.scrape() }));

    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);

    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain("# TYPE controller_runtime_reconcile_total counter");
  });

  it("listens nowhere when it is off", async () => {
    const server = await started(new MetricsServer({ address: "0", log, scrape: () => new Metrics().scrape() }));

    expect(server.port).toBeUndefined();
  });
});

describe("parseBindAddress", () => {
  it("reads hosts, IPv6 in brackets, all interfaces, and 0 for none", () => {
    expect(parseBindAddress("127.0.0.1:8081")).toEqual({ host: "127.0.0.1", port: 8081 });
    expect(parseBindAddress("[::1]:0")).toEqual({ host: "::1", port: 0 });
    expect(parseBindAddress(":8081")).toEqual({ host: expect.stringMatching(/^(::|0\.0\.0\.0)$/), port: 8081 });
    expect(parseBindAddress("0")).toBe("Off");
  });

  it.each(["", "8081", "localhost", "::1:80", "host:", "host:99999", "host:8x"])(
    'refuses "%s" and shows it',
    (text) => {
      expect(() => parseBindAddress(text)).toThrow(`"${text}"`);
    },
  );
});
