// The watch of the Lease when something on the way ends it again and again: reconnected more and more seldom.
import { expect, it, vi } from "vitest";
import { leaseStand, proxyToApiServer } from "../../../test/support/apiserver/leader-setup.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "../../../test/support/apiserver/transports.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { createLogger } from "../../lib/log.ts";
import { watchLease } from "./leader-watch.ts";

it("R19: a watch that ends as soon as it has shown the present state is opened anew after 0.4 s to 5 s, doubling", async () => {
  const { namespace } = await leaseStand();
  const proxy = await proxyToApiServer();
  const body = `${JSON.stringify({ type: "ADDED", object: { metadata: { name: "yunfan" }, spec: {} } })}\n`;
  const watches = proxy.inject({ path: /leases.*watch=true/, action: "Answer", status: 200, body, times: 0 });
  const transport = untilTestEnds(transportOf(kubeConfigOf({ server: proxy.url })));
  const clock = new FakeClock();
  const stop = new AbortController();
  const seen: unknown[] = [];
  const ref = { namespace, name: "yunfan" };
  const log = createLogger({ level: "silent" });
  const ended = watchLease(
    { transport, ref, clock, log, random: () => 1, onLease: (lease) => seen.push(lease) },
    stop.signal,
  );
  for (const [index, delayMs] of [400, 800, 1600, 3200, 5000, 5000].entries()) {
    await vi.waitFor(() => expect(clock.untilNextMs).toBe(delayMs));
    expect(watches.hits).toHaveLength(index + 1);
    await clock.advance(delayMs);
  }
  stop.abort(new Error("The test is over"));
  await ended;
  expect(seen.length).toBeGreaterThanOrEqual(6);
});
