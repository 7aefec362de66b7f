// A target by its kubeconfig, over real connections.
import { expect, it } from "vitest";
import { startRotatedTarget, type RotatedTarget } from "../../../test/support/apiserver/rotated-target.ts";
import { kubeConfigOf, untilTestEnds } from "../../../test/support/apiserver/transports.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { Connection } from "./connection.ts";
import { Gate } from "./gate.ts";

const { signal } = new AbortController();

async function rotated() {
  const target = untilTestEnds(await startRotatedTarget());
  const clock = new FakeClock();
  const connection = untilTestEnds(connectionTo(target, clock));
  const send = connection.as(undefined);
  const get = () => send({ operation: "Get", method: "GET", path: ["api"], isSecret: false, signal });
  return { held: target.held, clock, connection, get };
}

/** That its kubeconfig is another one by now is told once. */
function connectionTo({ url: server, caData }: RotatedTarget, clock: FakeClock): Connection {
  const withToken = (token: string) => ({ server, kubeConfig: kubeConfigOf({ server, caData }, { token }) });
  const published = [withToken("new")];
  return new Connection({
    clock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: "yunfan/test",
    metrics: { requested: () => undefined, open: () => undefined, forget: () => undefined },
    target: "default/target",
    gate: new Gate({ clock, silent: "it does not answer" }),
    kubeconfig: withToken("old"),
    renewed: () => Promise.resolve(published.pop()),
  });
}

it.each(["at once", "one after the other"])(
  "Requests that are refused %s because the kubeconfig was rotated meanwhile go on with the new one",
  async (order) => {
    const { held, get } = await rotated();
    const [first, second] = [get(), get()];
    const both = Promise.all([first, second]);
    await expect.poll(() => held.length).toBe(2);
    held[0]?.();
    if (order === "one after the other") await first;
    held[1]?.();
    expect(await both).toEqual([{}, {}]);
  },
);

it("The end of a connection is the end of its former ones", async () => {
  const { held, clock, connection, get } = await rotated();
  const answer = get();
  await expect.poll(() => held.length).toBe(1);
  held[0]?.();
  await answer;
  await connection[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
});
