// The recorder against the real API server, with a clock that tests turn.
import { describe, expect, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../../test/support/apiserver/controlplane.ts";
import { FakeClock } from "../../test/support/clock/fake-clock.ts";
import { refuse } from "../../test/support/apiserver/policies.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "../../test/support/apiserver/fault-proxy.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "../../test/support/apiserver/transports.ts";
import type { KubeTransport } from "../kube/transport.ts";
import type { KubeObject } from "../kube/types.ts";
import type { Fence } from "../lib/fence.ts";
import { createLogger } from "../lib/log.ts";
import type { EventDescription, EventObject } from "./event-object.ts";
import { EventRecorder, SERIES_GAP_MS, type EventRecorderOptions } from "./events.ts";

const failed: EventDescription = { type: "Warning", reason: "NotEmpty", action: "Delete", note: "It holds images" };
const created: EventDescription = { type: "Normal", reason: "Created", action: "Create", note: "Created it" };

interface Stand {
  readonly recorder: EventRecorder;
  readonly proxy: FaultProxy;
  readonly transport: KubeTransport;
  readonly clock: FakeClock;
  readonly object: KubeObject;
  readonly onDropped: ReturnType<typeof vi.fn<() => void>>;
  /** The events in the object's namespace, once there are that many. */
  readonly recorded: (count: number) => Promise<EventObject[]>;
  /** How many writes reached the proxy. */
  readonly writes: () => number;
}

async function stand({ fence, ...options }: Partial<EventRecorderOptions> & { fence?: Fence } = {}): Promise<Stand> {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  const namespace = await uniqueNamespace(kubectl, "events");
  const proxy = untilTestEnds(await startFaultProxy(await faultProxyOptionsOf(kubeconfigPath)));
  const transport = untilTestEnds(transportOf(kubeConfigOf({ server: proxy.url }), { fence }));
  const clock = new FakeClock({ startMs: Date.now() });
  const onDropped = vi.fn<() => void>();
  const log = createLogger({ level: "silent" });
  const recorder = new EventRecorder({ transport, clock, log, identity: "pod-1", onDropped, ...options });
  const object = await transport.request<KubeObject>({
    method: "POST",
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    body: { metadata: { name: "subject" } },
  });
  const list = async (): Promise<EventObject[]> => {
    const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
    return (await transport.request<{ items: EventObject[] }>({ method: "GET", path })).items;
  };
  return {
    recorder,
    proxy,
    transport,
    clock,
    object: { ...object, apiVersion: "v1", kind: "ConfigMap" },
    onDropped,
    recorded: (count) =>
      vi.waitFor(async () => {
        const events = await list();
        expect(events).toHaveLength(count);
        return events;
      }, 5000),
    writes: () =>
      proxy.requests.filter(({ write, path }) => write !== undefined && path.includes("events.k8s.io")).length,
  };
}

describe("EventRecorder", () => {
  it("R25: records an event that kubectl get events and kubectl describe show", async () => {
    const { recorder, object, recorded } = await stand();
    const { kubectl } = sharedControlPlane();
    const namespace = object.metadata.namespace!;

    recorder.event(object, { ...created, note: "Created the project 帆" });
    const [event] = await recorded(1);

    expect(event).toMatchObject({
      type: "Normal",
      reason: "Created",
      action: "Create",
      note: "Created the project 帆",
      reportingController: "yunfan.dev/operator",
      reportingInstance: "pod-1",
      regarding: { kind: "ConfigMap", name: "subject", uid: object.metadata.uid },
    });
    expect(event).not.toHaveProperty("series");
    const got = await kubectlOk(kubectl, ["get", "events", "-n", namespace]);
    expect(got).toMatch(/Normal\s+Created\s+configmap\/subject\s+Created the project 帆/);
    const described = await kubectlOk(kubectl, ["describe", "configmap", "subject", "-n", namespace]);
    expect(described).toMatch(/Normal\s+Created\s+.*yunfan.dev\/operator.*Created the project 帆/);
  });

  it("R25: writes repeats as one series: the second at once, further ones every six minutes, the last when it ends", async () => {
    const { recorder, object, clock, recorded, writes } = await stand();
    recorder.event(object, failed);
    await recorded(1);
    recorder.event(object, failed);
    await vi.waitFor(async () => expect((await recorded(1))[0]!.series?.count).toBe(2), 5000);
    for (let repeat = 0; repeat < 5; repeat++) recorder.event(object, failed);
    expect(writes()).toBe(2);

    await clock.advance(SERIES_GAP_MS);
    await vi.waitFor(async () => expect((await recorded(1))[0]!.series?.count).toBe(7), 5000);
    await clock.advance(2 * SERIES_GAP_MS);
    recorder.event(object, failed);
    const events = await recorded(2);

    expect(writes()).toBe(4);
    expect(new Set(events.map((event) => event.series?.count))).toEqual(new Set([7, undefined]));
    await recorder.close(1000);
  });

  it("keeps different events apart", async () => {
    const { recorder, object, recorded } = await stand();

    recorder.event(object, failed);
    recorder.event(object, { ...failed, note: "It holds tags" });
    recorder.event(object, created);

    expect(await recorded(3)).toHaveLength(3);
  });

  it("counts what happens while the first is on its way", async () => {
    const { recorder, object, proxy, recorded } = await stand();
    const hold = proxy.inject({ method: /POST/, path: /events\.k8s\.io/, action: "HoldBefore" });
    recorder.event(object, failed);
    await hold.reached(1);

    for (let repeat = 0; repeat < 3; repeat++) recorder.event(object, failed);
    hold.release();

    await vi.waitFor(async () => expect((await recorded(1))[0]!.series?.count).toBe(4), 5000);
  });

  it("R25: never blocks, and drops with a counter when too many wait", async () => {
    const { recorder, object, proxy, recorded, onDropped } = await stand({ maxWaiting: 3 });
    const hold = proxy.inject({ method: /POST/, path: /events\.k8s\.io/, action: "HoldBefore" });
    recorder.event(object, { ...created, note: "0" });
    await hold.reached(1);

    for (let number = 1; number <= 8; number++) recorder.event(object, { ...created, note: String(number) });
    expect(onDropped).toHaveBeenCalledTimes(5);
    hold.release();

    const notes = (await recorded(4)).map(({ note }) => note).sort();
    expect(notes).toEqual(["0", "1", "2", "3"]);
  });

  it("tries again after a lost answer and a 503, and records the event once", async () => {
    const { recorder, object, clock, proxy, recorded, onDropped, writes } = await stand();
    proxy.inject({ method: /POST/, path: /events\.k8s\.io/, action: "Answer", status: 503 });
    proxy.inject({ method: /POST/, path: /events\.k8s\.io/, action: "DropAfter" });

    recorder.event(object, failed);
    await vi.waitFor(async () => {
      await clock.advance(1000);
      expect(writes()).toBe(3);
    }, 5000);

    await recorded(1);
    expect(onDropped).not.toHaveBeenCalled();
  });

  it("gives up on what the API server refuses, counts it, and begins anew the next time", async () => {
    const { recorder, object, proxy, recorded, onDropped, writes } = await stand();
    proxy.inject({ method: /POST/, path: /events\.k8s\.io/, action: "Answer", status: 403 });

    recorder.event(object, failed);
    await vi.waitFor(() => expect(onDropped).toHaveBeenCalledTimes(1), 5000);
    recorder.event(object, failed);

    expect((await recorded(1))[0]).not.toHaveProperty("series");
    expect(writes()).toBe(2);
  });

  it("asks more and more seldom where the owners of a namespace refuse events, counts what is lost, and goes on when they take them", async () => {
    const { recorder, object, clock, recorded, onDropped, writes } = await stand({ random: () => 0 });
    const { kubectl } = sharedControlPlane();
    const namespace = object.metadata.namespace!;
    const what = { apiGroup: "events.k8s.io", resources: ["events"], operations: ["CREATE"] } as const;
    const policy = await refuse({ kubectl, namespace, ...what });
    for (let number = 1; number <= 10; number++) recorder.event(object, { ...created, note: String(number) });
    await vi.waitFor(() => expect(onDropped).toHaveBeenCalledTimes(10), 5000);
    expect(writes()).toBe(2);
    await clock.advance(1000);
    for (let number = 11; number <= 20; number++) recorder.event(object, { ...created, note: String(number) });
    await vi.waitFor(() => expect(onDropped).toHaveBeenCalledTimes(20), 5000);
    expect(writes()).toBe(3);

    await policy.lift();
    await clock.advance(1000);
    recorder.event(object, created);
    recorder.event(object, failed);

    expect(await recorded(2)).toHaveLength(2);
    expect(writes()).toBe(5);
  });

  it("records a series anew when the API server has forgotten its event", async () => {
    const { recorder, object, transport, recorded } = await stand();
    recorder.event(object, failed);
    const [event] = await recorded(1);
    const { namespace, name } = event!.metadata;
    await transport.request({
      method: "DELETE",
      path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${name}`,
    });

    recorder.event(object, failed);

    expect((await recorded(1))[0]!.series?.count).toBe(2);
  });

  it("cuts a long note to what the API server takes", async () => {
    const { recorder, object, recorded } = await stand();

    recorder.event(object, { ...failed, note: "帆".repeat(1000) });

    expect(Buffer.byteLength((await recorded(1))[0]!.note)).toBeLessThanOrEqual(1024);
  });

  it("R20: records nothing once this process may not write any more", async () => {
    let remainingMs = Number.POSITIVE_INFINITY;
    const { recorder, object, onDropped, writes } = await stand({ fence: { remainingMs: () => remainingMs } });
    remainingMs = 0;

    recorder.event(object, failed);

    await vi.waitFor(() => expect(onDropped).toHaveBeenCalledTimes(1), 5000);
    expect(writes()).toBe(0);
  });
});

describe("EventRecorder.close", () => {
  it("sends what waits and the counts of open series, then takes no more", async () => {
    const { recorder, object, recorded, onDropped } = await stand();
    recorder.event(object, failed);
    recorder.event(object, failed);
    recorder.event(object, failed);
    recorder.event(object, created);

    await recorder.close(5000);
    recorder.event(object, created);

    const events = await recorded(2);
    expect(events.find(({ reason }) => reason === failed.reason)?.series?.count).toBe(3);
    expect(onDropped).toHaveBeenCalledTimes(1);
  });

  it("ends within its bound when the API server does not answer, and counts what was lost", async () => {
    const { recorder, object, clock, proxy, onDropped } = await stand();
    const hold = proxy.inject({ method: /POST/, path: /events\.k8s\.io/, times: 0, action: "HoldBefore" });
    recorder.event(object, failed);
    recorder.event(object, created);
    await hold.reached(1);

    const closed = recorder.close(2000);
    await clock.advance(2000);
    await closed;

    expect(onDropped).toHaveBeenCalledTimes(2);
    expect(clock.pending).toBe(0);
  });
});
