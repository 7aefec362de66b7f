// Connections and credentials against the real kube-apiserver (R18), and the fence at the wire (R20).
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCertificates } from "../../controlplane/certificates.ts";
import { eventually } from "../../test/support/environment/eventually.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../../test/support/apiserver/controlplane.ts";
import { FakeClock } from "../../test/support/clock/fake-clock.ts";
import {
  type FaultProxy,
  type FaultProxyOptions,
  faultProxyOptionsOf,
  startFaultProxy,
} from "../../test/support/apiserver/fault-proxy.ts";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "../../test/support/apiserver/transports.ts";
import { FencedError } from "../lib/fence.ts";
import { KubeUnreachableError } from "./errors.ts";
import type { KubeRequest, KubeTransport } from "./transport.ts";

const read: KubeRequest = { method: "GET", path: "/api/v1/namespaces/default" };
const write: KubeRequest = { ...read, method: "PATCH", body: {}, contentType: "application/merge-patch+json" };

let administrator: FaultProxyOptions;
let directory: string;
let clock: FakeClock;

beforeEach(async () => {
  administrator = await faultProxyOptionsOf(sharedControlPlane().kubeconfigPath);
  directory = await mkdtemp(path.join(tmpdir(), "yunfan-connections-"));
  clock = new FakeClock();
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function put(name: string, content: string): Promise<string> {
  const file = path.join(directory, name);
  await writeFile(file, content);
  return file;
}

async function whoAmI(transport: KubeTransport): Promise<string> {
  const answer = await transport.request<{ status: { userInfo: { username: string } } }>({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
  return answer.status.userInfo.username;
}

describe("connections", () => {
  it("R18: a hundred requests in a row share one, requests at once have up to 32", async () => {
    const proxy = untilTestEnds(await startFaultProxy(administrator));
    const transport = untilTestEnds(transportOf(kubeConfigOf({ server: proxy.url })));
    for (let n = 0; n < 100; n++) await transport.request(read);
    expect(proxy.connections).toBe(1);
    await Promise.all(Array.from({ length: 100 }, () => transport.request(read)));
    expect(proxy.connections).toBeLessThanOrEqual(32);
  });

  it("R18: watches never take a request's connection", async () => {
    const proxy = untilTestEnds(await startFaultProxy(administrator));
    const transport = untilTestEnds(transportOf(kubeConfigOf({ server: proxy.url })));
    const { signal } = new AbortController();
    const stream = { path: "/api/v1/namespaces", query: { watch: true }, signal, idleTimeoutMs: () => 70_000 };
    await Promise.all(Array.from({ length: 40 }, () => transport.stream(stream)));
    expect(proxy.openStreams).toBe(40);
    expect(await transport.request(read)).toMatchObject({ kind: "Namespace" });
    expect(proxy.connections).toBe(41);
  });

  it("go through the kubeconfig's proxy-url", async () => {
    const targets: string[] = [];
    const tunnel = http.createServer().on("connect", ({ url = "" }, socket) => {
      targets.push(url);
      const upstream = net.connect(Number(url.split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        socket.pipe(upstream).pipe(socket);
      });
      for (const end of [socket, upstream]) end.on("error", () => undefined);
    });
    tunnel.listen(0, "127.0.0.1");
    await once(tunnel, "listening");
    const proxyUrl = `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
    const { server, caPem, clientCert = "", clientKey = "" } = administrator;
    const [caFile, certFile, keyFile] = [
      await put("ca", caPem),
      await put("cert", clientCert),
      await put("key", clientKey),
    ];
    const transport = untilTestEnds(transportOf(kubeConfigOf({ server, proxyUrl, caFile }, { certFile, keyFile })));
    expect(await whoAmI(transport)).toBe("yunfan-administrator");
    await transport[Symbol.asyncDispose]();
    tunnel.close();
    expect(targets).toEqual([new URL(server).host]);
  });
});

describe("credentials", () => {
  it("R18: a token that was renewed is used within 5 s", async () => {
    const { kubectl } = sharedControlPlane();
    const namespace = await uniqueNamespace(kubectl, "token");
    const tokenOf = async (name: string): Promise<string> => {
      await kubectlOk(kubectl, ["create", "serviceaccount", name, "-n", namespace]);
      return kubectlOk(kubectl, ["create", "token", name, "-n", namespace]);
    };
    const tokenFile = await put("token", await tokenOf("old"));
    const { server, caPem } = administrator;
    const transport = untilTestEnds(
      transportOf(
        kubeConfigOf(
          { server, caFile: await put("ca", caPem) },
          { authProvider: { name: "tokenFile", config: { tokenFile } } },
        ),
        { clock },
      ),
    );
    expect(await whoAmI(transport)).toBe(`system:serviceaccount:${namespace}:old`);
    await put("token", await tokenOf("new"));
    await clock.advance(5000);
    expect(await whoAmI(transport)).toBe(`system:serviceaccount:${namespace}:new`);
  });

  it("R18: a CA that was replaced is trusted, and the old one no longer, within 5 s", async () => {
    const { server, caPem } = administrator;
    const { ca: otherCa } = await createCertificates(Date.now());
    const caFile = await put("ca", caPem);
    const transport = untilTestEnds(transportOf(kubeConfigOf({ server, caFile }), { clock }));
    const version: KubeRequest = { method: "GET", path: "/version" };
    expect(await transport.request(version)).toMatchObject({ major: "1" });
    await put("ca", otherCa);
    await clock.advance(5000);
    await expect(transport.request(version)).rejects.toBeInstanceOf(KubeUnreachableError);
    await put("ca", caPem);
    await clock.advance(5000);
    expect(await transport.request(version)).toMatchObject({ major: "1" });
  });

  it("R18: a client certificate that the server refused is read again at once", async () => {
    const { server, caPem, clientCert = "", clientKey = "" } = administrator;
    const stranger = (await createCertificates(Date.now())).administrator;
    const [caFile, certFile] = [await put("ca", caPem), await put("cert", stranger.certificate)];
    const keyFile = await put("key", stranger.key);
    const transport = untilTestEnds(transportOf(kubeConfigOf({ server, caFile }, { certFile, keyFile }), { clock }));
    await expect(whoAmI(transport)).rejects.toMatchObject({ code: 401 });
    await put("cert", clientCert);
    await put("key", clientKey);
    expect(await whoAmI(transport)).toBe("yunfan-administrator");
  });
});

describe("the fence", () => {
  let proxy: FaultProxy;
  let remainingMs: number;
  let transport: KubeTransport;

  beforeEach(async () => {
    proxy = await startFaultProxy(administrator);
    remainingMs = 8000;
    const fence = { remainingMs: () => remainingMs };
    transport = transportOf(kubeConfigOf({ server: proxy.url }), { clock, fence });
  });

  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  });

  const writesSeen = (): number => proxy.requests.filter(({ method }) => method !== "GET").length;

  it("R20: a write that waits for a connection while the lease expires never reaches the server", async () => {
    const hold = proxy.inject({ action: "HoldBefore", times: 32 });
    const reads = Array.from({ length: 32 }, () => transport.request(read));
    await hold.reached(32);
    const queued = rejectionOf(transport.request(write));
    await eventually(() => clock.pending).toBe(33);
    remainingMs = 0;
    hold.release();
    await Promise.all(reads);
    expect(await queued).toBeInstanceOf(FencedError);
    expect(writesSeen()).toBe(0);
  });

  it("R20: a write that waits for its turn after throttling asks again", async () => {
    proxy.inject({ action: "Answer", status: 429, headers: { "retry-after": "5" } });
    const throttled = rejectionOf(transport.request(write));
    await eventually(() => clock.pending).toBe(2);
    remainingMs = 0;
    await clock.advance(5000);
    expect(await throttled).toBeInstanceOf(FencedError);
    expect(writesSeen()).toBe(1);
  });

  it("R20: a write under way ends before the lease does", async () => {
    const hold = proxy.inject({ action: "HoldAfter" });
    const failed = rejectionOf(transport.request(write));
    await hold.reached();
    await clock.advance(8000);
    expect(await failed).toBeInstanceOf(KubeUnreachableError);
    await eventually(() => proxy.openConnections).toBe(0);
  });

  it("R20: without the lease only reads and the lease itself get through", async () => {
    remainingMs = 0;
    await expect(transport.request(write)).rejects.toBeInstanceOf(FencedError);
    expect(await transport.request(read)).toMatchObject({ kind: "Namespace" });
    expect(await transport.request({ ...write, unfenced: true })).toMatchObject({ kind: "Namespace" });
    expect(writesSeen()).toBe(1);
  });
});
