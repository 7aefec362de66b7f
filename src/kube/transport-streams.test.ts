// Watches against the real kube-apiserver through a proxy: silence, resets, abort, and whole lines.
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace } from "../../test/support/apiserver/controlplane.ts";
import { eventually } from "../../test/support/environment/eventually.ts";
import { FakeClock } from "../../test/support/clock/fake-clock.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "../../test/support/apiserver/fault-proxy.ts";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { kubeConfigOf, transportOf } from "../../test/support/apiserver/transports.ts";
import { HttpKubeClient } from "./client.ts";
import { KubeUnreachableError } from "./errors.ts";
import type { KubeTransport } from "./transport.ts";
import type { KubeObject, ResourceType } from "./types.ts";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};
const IDLE_MS = 70_000;

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

let namespace: string;
let proxy: FaultProxy;
let clock: FakeClock;
let transport: KubeTransport;
let client: HttpKubeClient;
let abort: AbortController;

beforeAll(async () => {
  namespace = await uniqueNamespace(sharedControlPlane().kubectl, "streams");
});

beforeEach(async () => {
  proxy = await startFaultProxy(await faultProxyOptionsOf(sharedControlPlane().kubeconfigPath));
  clock = new FakeClock();
  transport = transportOf(kubeConfigOf({ server: proxy.url }), { clock });
  client = new HttpKubeClient(transport);
  abort = new AbortController();
});

afterEach(async () => {
  await transport[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

/** A watch from now on. */
async function watch(query = {}): Promise<AsyncIterator<string>> {
  const { metadata } = await client.list(configMaps, { namespace, limit: 1 });
  const { resourceVersion } = metadata;
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const stream = {
    path,
    query: { watch: true, resourceVersion, ...query },
    signal: abort.signal,
    idleTimeoutMs: () => IDLE_MS,
  };
  return (await transport.stream(stream))[Symbol.asyncIterator]();
}

async function put(name: string, text = ""): Promise<void> {
  await client.create<ConfigMap>(configMaps, { metadata: { namespace, name }, data: { text } });
}

async function nextObject(lines: AsyncIterator<string>): Promise<ConfigMap> {
  const { value } = (await lines.next()) as { value: string };
  return (JSON.parse(value) as { object: ConfigMap }).object;
}

describe("stream", () => {
  it("gives each event as a line, whatever characters and however many bytes it has", async () => {
    const lines = await watch();
    const text = `云帆⛵\u2028\u0085${"长".repeat(200_000)}`;
    await put("long", text);
    await put("short", "短");
    expect((await nextObject(lines)).data).toEqual({ text });
    expect((await nextObject(lines)).data).toEqual({ text: "短" });
  });

  it("ends when the server ends it", async () => {
    const lines = await watch({ timeoutSeconds: 1 });
    expect(await lines.next()).toEqual({ done: true, value: undefined });
    expect(clock.pending).toBe(0);
  });

  it("rejects with the server's refusal before the first line", async () => {
    await expect(watch({ fieldSelector: "no.such=field" })).rejects.toMatchObject({ code: 400 });
  });

  it("waits out throttling before it starts", async () => {
    proxy.inject({ path: /watch=/, action: "Answer", status: 429, headers: { "retry-after": "2" } });
    const started = watch();
    await eventually(() => clock.pending).toBe(2);
    await clock.advance(2000);
    await started;
    expect(proxy.openStreams).toBe(1);
  });

  it("gives up on a server that does not answer at all", async () => {
    const hold = proxy.inject({ path: /watch=/, action: "HoldBefore" });
    const started = rejectionOf(watch());
    await hold.reached();
    await clock.advance(IDLE_MS - 1);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await started).toBeInstanceOf(KubeUnreachableError);
  });
});

describe("a watch's end", () => {
  it("R10: a half-open connection is noticed after 70 s without a byte, and given up", async () => {
    const lines = await watch();
    await put("before-silence");
    await nextObject(lines);
    proxy.stallStreams();
    await put("in-silence");
    const failed = rejectionOf(lines.next());
    await clock.advance(IDLE_MS - 1);
    expect(proxy.openConnections).toBe(2);
    await clock.advance(1);
    expect(await failed).toMatchObject({ name: "KubeSilentError", cause: { name: "TimeoutError" } });
    await eventually(() => proxy.openConnections).toBe(1);
  });

  it("R10: every byte starts the 70 s anew", async () => {
    const lines = await watch();
    for (const name of ["first", "second"]) {
      const next = nextObject(lines);
      await clock.advance(IDLE_MS - 1);
      await put(name);
      expect((await next).metadata.name).toBe(name);
    }
  });

  it("R10: a connection whose reader is slow is not dead", async () => {
    const lines = await watch();
    await put("slow-1");
    await nextObject(lines);
    await put("slow-2");
    await clock.advance(10 * IDLE_MS);
    expect((await nextObject(lines)).metadata.name).toBe("slow-2");
  });

  it("R10: a reset is no clean end", async () => {
    const lines = await watch();
    proxy.cutStreams();
    await expect(lines.next()).rejects.toBeInstanceOf(KubeUnreachableError);
    expect(clock.pending).toBe(0);
  });

  it("abort ends it at once with the signal's reason and frees the connection", async () => {
    const lines = await watch();
    const reason = new Error("over");
    const failed = rejectionOf(lines.next());
    await eventually(() => proxy.openConnections).toBe(2);
    abort.abort(reason);
    expect(await failed).toBe(reason);
    await eventually(() => proxy.openConnections).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("abort keeps back what came before it", async () => {
    const lines = await watch({ resourceVersion: "0" });
    await put("early-1");
    await put("early-2");
    await lines.next();
    abort.abort(new Error("over"));
    await expect(lines.next()).rejects.toThrow("over");
  });

  it("abort frees the connection of a watch that nobody reads", async () => {
    await watch();
    expect(proxy.openStreams).toBe(1);
    abort.abort();
    await eventually(() => proxy.openStreams).toBe(0);
  });

  it("leaving the loop frees the connection", async () => {
    const lines = await watch();
    await put("leave");
    await lines.next();
    await lines.return?.();
    await eventually(() => proxy.openStreams).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
