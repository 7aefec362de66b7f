// The order of things, with parts that only tell when they were started and stopped; and one run with a real election.
import { describe, expect, it, onTestFinished } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { leaseStand, proxyToApiServer, QUICK } from "../../../test/support/apiserver/leader-setup.ts";
import { kubeConfigOf, transportOf, untilTestEnds } from "../../../test/support/apiserver/transports.ts";
import { systemClock } from "../../lib/clock.ts";
import { createLogger } from "../../lib/log.ts";
import { LeaderElector, LeaseLostError } from "../leader/leader.ts";
import { Manager, type ManagedCache, type ManagedElection, type ManagerOptions, type Runnable } from "./manager.ts";

const log = createLogger({ level: "silent" });

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** Everything that happens, in order. */
class Story {
  readonly told: string[] = [];
  readonly clock = new FakeClock();
  readonly cacheSynced = Promise.withResolvers<void>();
  readonly elected = Promise.withResolvers<void>();
  readonly leaseLost = Promise.withResolvers<never>();
  readonly drained = Promise.withResolvers<void>();
  readonly stop = new AbortController();
  readonly #status = { kind: "RegistryProject", hasSynced: false };

  readonly server = {
    name: "health",
    start: () => this.#tell("server started"),
    stop: () => this.#tell("server stopped"),
  };

  readonly cache: ManagedCache = {
    status: [this.#status],
    synced: this.cacheSynced.promise,
    run: async (signal) => {
      this.told.push("cache started");
      await aborted(signal);
      this.told.push("cache stopped");
    },
  };

  readonly election: ManagedElection = {
    name: "election",
    elected: this.elected.promise,
    run: async (signal) => {
      this.told.push("election started");
      await Promise.race([aborted(signal), this.leaseLost.promise]);
      this.told.push("election stopped");
    },
    release: () => this.#tell("lease released"),
  };

  readonly controller: Runnable = {
    name: "registryproject",
    run: async (signal) => {
      this.told.push("controller started");
      await aborted(signal);
      this.told.push("controller stops");
      await this.drained.promise;
      this.told.push("controller drained");
    },
  };

  readonly events = { close: () => this.#tell("events flushed") };

  start(overrides: Partial<ManagerOptions> = {}): Promise<void> {
    const manager = new Manager({
      clock: this.clock,
      log,
      servers: [this.server],
      caches: [this.cache],
      election: this.election,
      controllers: [this.controller],
      events: this.events,
      onReady: () => this.told.push("ready"),
      ...overrides,
    });
    return manager.run(this.stop.signal);
  }

  sync(): void {
    this.#status.hasSynced = true;
    this.cacheSynced.resolve();
  }

  /** Lets promise chains settle. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
  }

  #tell(what: string): Promise<void> {
    this.told.push(what);
    return Promise.resolve();
  }
}

const STARTED = ["server started", "cache started", "election started", "controller started", "ready"];

async function running(overrides: Partial<ManagerOptions> = {}): Promise<{ story: Story; run: Promise<void> }> {
  const story = new Story();
  story.sync();
  story.elected.resolve();
  const run = story.start(overrides);
  // Tests look at it later; until then a rejection has its reader.
  run.catch(() => undefined);
  await story.settle();
  return { story, run };
}

describe("Manager", () => {
  it("R22: starts HTTP, caches, election, controllers, each only when the one before is there", async () => {
    const story = new Story();
    const run = story.start();
    await story.settle();
    expect(story.told).toEqual(["server started", "cache started"]);

    story.sync();
    await story.settle();
    expect(story.told).toEqual(["server started", "cache started", "election started"]);

    story.elected.resolve();
    await story.settle();
    expect(story.told).toEqual(STARTED);

    story.drained.resolve();
    story.stop.abort();
    await run;
  });

  it("R14: waits for the caches that it is told to wait for, where that is not all of them", async () => {
    const story = new Story();
    story.elected.resolve();
    void story.start({ cachesReady: Promise.resolve() });
    await story.settle();
    expect(story.told).toEqual(STARTED);
  });

  it("R22: stops in the reverse order, flushes events while it may still write, and releases the lease last", async () => {
    const { story, run } = await running();
    story.stop.abort();
    await story.settle();
    expect(story.told).toEqual([...STARTED, "controller stops"]);

    story.drained.resolve();
    await run;

    expect(story.told.slice(STARTED.length)).toEqual([
      "controller stops",
      "controller drained",
      "events flushed",
      "cache stopped",
      "server stopped",
      "election stopped",
      "lease released",
    ]);
  });

  it("stops as a standby without ever starting a controller", async () => {
    const story = new Story();
    story.sync();
    const run = story.start();
    await story.settle();

    story.stop.abort();
    await run;

    expect(story.told).not.toContain("controller started");
    expect(story.told).not.toContain("ready");
    expect(story.told.slice(-2)).toEqual(["election stopped", "lease released"]);
  });

  it("R5: keeps the lease when a controller does not end within the grace period, and says which", async () => {
    const { story, run } = await running({ graceMs: 5000 });
    story.stop.abort();
    await story.clock.advance(5000);

    await expect(run).rejects.toThrow("Did not end in time: registryproject");
    expect(story.told).toContain("election stopped");
    expect(story.told).not.toContain("lease released");
  });

  it("keeps the lease when a controller says that it had to leave work behind", async () => {
    const leftBehind: Runnable = {
      name: "left",
      run: async (signal) => {
        await aborted(signal);
        throw new Error("A reconcile was left behind");
      },
    };
    const { story, run } = await running({ controllers: [leftBehind] });
    story.stop.abort();

    await expect(run).rejects.toThrow("A reconcile was left behind");
    expect(story.told).not.toContain("lease released");
  });

  it("R21: aborts everything at once when the lease is lost, without grace, flush or release", async () => {
    const { story, run } = await running();
    story.leaseLost.reject(new LeaseLostError("not renewed in time"));

    await expect(run).rejects.toThrow(LeaseLostError);

    expect(story.told).toContain("controller stops");
    expect(story.told).not.toContain("controller drained");
    expect(story.told).not.toContain("events flushed");
    expect(story.told).not.toContain("lease released");
  });

  it("R21: hurries when the lease is lost while controllers drain", async () => {
    const { story, run } = await running();
    story.stop.abort();
    await story.settle();
    story.leaseLost.reject(new LeaseLostError("not renewed in time"));

    await expect(run).rejects.toThrow(LeaseLostError);
    expect(story.told).not.toContain("lease released");
  });

  it("stops in order and rejects with the first error when a part fails", async () => {
    const failing = {
      ...new Story().cache,
      synced: Promise.resolve(),
      run: () => Promise.reject(new Error("cache broke")),
    };
    const { story, run } = await running({ caches: [failing] });
    story.drained.resolve();

    await expect(run).rejects.toThrow("cache broke");
    expect(story.told.at(-1)).toBe("lease released");
  });

  it("takes a part that ends although nobody stopped it for a failure", async () => {
    const story = new Story();
    const run = story.start({ caches: [{ ...story.cache, run: () => Promise.resolve() }] });

    await expect(run).rejects.toThrow("RegistryProject ended although nobody stopped it");
  });

  it("rejects when a server cannot start, having started nothing else", async () => {
    const story = new Story();
    const refused = { ...story.server, start: () => Promise.reject(new Error("EADDRINUSE")) };

    await expect(story.start({ servers: [refused] })).rejects.toThrow("EADDRINUSE");
    expect(story.told).not.toContain("cache started");
    expect(story.told).not.toContain("election started");
  });

  it("R14: says in the log which kind has no complete list after two minutes", async () => {
    const lines: string[] = [];
    const loud = createLogger({ level: "error", destination: { write: (line: string) => void lines.push(line) } });
    const story = new Story();
    const run = story.start({ log: loud });
    await story.clock.advance(119_999);
    expect(lines).toEqual([]);

    await story.clock.advance(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/"kinds":\["RegistryProject"\].*Caches were not complete after 2 min/);

    story.stop.abort();
    await run;
  });

  it("R21: without an election leads from the start", async () => {
    const { story, run } = await running({ election: undefined });
    expect(story.told).toEqual(["server started", "cache started", "controller started", "ready"]);

    story.drained.resolve();
    story.stop.abort();
    await run;
  });

  it("R21: aborts controllers and rejects when a real election loses its lease", async () => {
    const { namespace } = await leaseStand();
    const proxy = await proxyToApiServer();
    const transport = untilTestEnds(transportOf(kubeConfigOf({ server: proxy.url })));
    const election = new LeaderElector({
      transport,
      clock: systemClock,
      log,
      identity: "one",
      namespace,
      timing: QUICK,
    });
    const story = new Story();
    onTestFinished(() => story.stop.abort());
    story.sync();
    const run = story.start({ clock: systemClock, election, onReady: () => void proxy.goDown() });

    await expect(run).rejects.toThrow(LeaseLostError);

    expect(story.told).toContain("controller stops");
    expect(election.remainingMs()).toBeLessThanOrEqual(0);
  });
});
