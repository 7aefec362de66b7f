// Which hints have a set visited, and when; and how many streams there are.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { ChangeHint, KindAbility, LiveObject, ManifestChannel } from "../../cloud/facets/manifests.ts";
import { CloudError } from "../../cloud/errors.ts";
import { createLogger } from "../../lib/log.ts";
import { Hints } from "./hints.ts";
import { TargetLists } from "./lists.ts";

const CONFIG_MAP: KindAbility = {
  group: "",
  kind: "ConfigMap",
  apiVersion: "v1",
  alsoTaken: [],
  namespaced: true,
  list: "Objects",
  selects: true,
  change: "ServerSide",
  marks: "OnObject",
};
const SECRET: KindAbility = { ...CONFIG_MAP, kind: "Secret" };

const stop = new AbortController();

/** A target that tells what a test has it tell. */
class Target {
  readonly told = new Map<string, (hint: ChangeHint) => void>();
  /** So many streams are refused. */
  refusals = 0;
  refusal = new Error("refused");
  opened = 0;
  /** Each stream ends after its first hint. */
  hasty = false;
  readonly channel = {
    changes: async (kind: KindAbility, _: string | undefined, listener: Listener) => {
      this.opened += 1;
      if (this.refusals > 0) {
        this.refusals -= 1;
        throw this.refusal;
      }
      if (this.hasty) {
        listener.on({ set: "a", namespace: "shop", name: "web", uid: "web", resourceVersion: String(this.opened) });
        return;
      }
      this.told.set(kind.kind, listener.on);
      const ended = Promise.withResolvers<void>();
      listener.signal.addEventListener("abort", () => ended.resolve(), { once: true });
      await ended.promise;
      this.told.delete(kind.kind);
    },
  } as unknown as ManifestChannel;
}

type Listener = Parameters<NonNullable<ManifestChannel["changes"]>>[2];

function bed(most = 10) {
  const clock = new FakeClock();
  const target = new Target();
  const { channel } = target;
  const streams = { now: 0 };
  const hints = new Hints({
    clock,
    log: createLogger({ level: "error", destination: { write: () => undefined } }),
    most,
    metrics: { watched: (change) => void (streams.now += change) },
    stop: stop.signal,
  });
  const lists = new TargetLists({ channel, clock, signal: stop.signal });
  const woken: string[] = [];
  const follow = (set: string, versions: Readonly<Record<string, string>>, kind = CONFIG_MAP): void => {
    const objects = Object.entries(versions).map(([name, resourceVersion]) => ({
      kind,
      live: live(name, resourceVersion),
    }));
    hints.follow({ set, channel, lists, objects, wake: () => void woken.push(set) });
  };
  const tell = (set: string, name: string, resourceVersion: string): void => {
    target.told.get("ConfigMap")?.({ set, namespace: "shop", name, uid: name, resourceVersion });
  };
  return { clock, target, hints, streams, woken, follow, tell };
}

function live(name: string, resourceVersion: string): LiveObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "shop", uid: name, resourceVersion } };
}

describe("hints", () => {
  it("of what a visit has seen, or written itself, wake nobody", async () => {
    const { clock, woken, follow, tell } = bed();
    follow("a", { web: "1" });
    tell("a", "web", "1");
    tell("a", "web", "2");
    follow("a", { web: "2" });
    await clock.advance(60_000);
    expect(woken).toEqual([]);
  });

  it("of others' changes have their set visited once a burst is over, and no other", async () => {
    const { clock, woken, follow, tell } = bed();
    follow("a", { web: "1" });
    follow("b", { api: "1" });
    for (const version of ["2", "3", "4"]) tell("a", "web", version);
    await clock.advance(1_000);
    expect(woken).toEqual(["a"]);
  });

  it("of one object that is changed again and again come more and more seldom, and those of another one do not wait for them", async () => {
    const { clock, woken, follow, tell } = bed();
    follow("a", { web: "1", api: "1" });
    const gaps: number[] = [];
    for (let version = 2; gaps.length < 7; version += 1) {
      const before = woken.length;
      const since = clock.monotonic();
      tell("a", "web", String(version));
      while (woken.length === before) await clock.advance(1_000);
      gaps.push((clock.monotonic() - since) / 1_000);
      follow("a", { web: String(version), api: "1" });
    }
    expect(gaps).toEqual([1, 2, 4, 8, 16, 30, 30]);
    tell("a", "web", "changed");
    tell("a", "api", "2");
    const before = woken.length;
    await clock.advance(1_000);
    expect(woken.length).toBe(before + 1);
  });

  it("of an object that was quiet for a minute are acted on at once again", async () => {
    const { clock, woken, follow, tell } = bed();
    follow("a", { web: "1" });
    for (const version of ["2", "3", "4"]) {
      tell("a", "web", version);
      await clock.advance(10_000);
      follow("a", { web: version });
    }
    expect(woken).toHaveLength(3);
    await clock.advance(60_000);
    for (const [version, ms] of [
      ["5", 1_000],
      ["6", 2_000],
    ] as const) {
      tell("a", "web", version);
      await clock.advance(ms);
      follow("a", { web: version });
    }
    expect(woken).toHaveLength(5);
  });

  it("come by one stream for each kind, by no more than there may be, and by none once nobody follows", async () => {
    const { clock, hints, streams, follow } = bed(1);
    follow("a", { web: "1" });
    follow("b", { api: "1" });
    follow("c", { key: "1" }, SECRET);
    expect(streams.now).toBe(1);
    hints.forget("a");
    expect(streams.now).toBe(1);
    hints.forget("b");
    await clock.advance(0);
    await expect.poll(() => streams.now).toBe(0);
    follow("c", { key: "1" }, SECRET);
    expect(streams.now).toBe(1);
    hints.forget("c");
  });

  it("are given up where there are none to be had, and tried again when a set is visited", async () => {
    const { clock, target, streams, follow, hints } = bed();
    target.refusals = 5;
    follow("a", { web: "1" });
    await clock.advance(600_000);
    await expect.poll(() => streams.now).toBe(0);
    expect(target.opened).toBe(5);
    follow("a", { web: "1" });
    expect([target.opened, target.told.size]).toEqual([6, 1]);
    hints.forget("a");
  });

  it("are given up, too, where each stream ends at once, whatever it begins with", async () => {
    const { clock, target, streams, follow, hints } = bed();
    target.hasty = true;
    follow("a", { web: "1" });
    await clock.advance(600_000);
    await expect.poll(() => streams.now).toBe(0);
    expect(target.opened).toBe(5);
    hints.forget("a");
  });

  it("are not asked for again where nothing tells of a kind", async () => {
    const { clock, target, streams, follow, hints } = bed();
    target.refusals = 5;
    target.refusal = new CloudError("NotServed", { message: "nothing tells of it", advice: "" });
    follow("a", { web: "1" });
    await clock.advance(600_000);
    await expect.poll(() => streams.now).toBe(0);
    expect(target.opened).toBe(1);
    hints.forget("a");
  });
});
