// What is stated of a resource by what the sources have found: nothing that nobody knows, texts seldom, and what was said before while
// nobody has looked yet.
import { beforeEach, describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedAlarmSource, storedManagedCluster } from "../../../test/support/environment/resources.ts";
import type { AlarmSource } from "../../crds/alarmsource/schema.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { Board, type Found } from "./board.ts";
import type { Firings } from "./firing.ts";

const NAME = "ManagedCluster/default/production";
const NONE: Firings = new Map();
const cluster = storedManagedCluster() as Managed;

let clock: FakeClock;
let sources: AlarmSource[];
let board: Board;

beforeEach(() => {
  clock = new FakeClock();
  sources = [storedAlarmSource()];
  board = new Board({
    clock,
    platformNamespace: "yunfan-system",
    cluster: () => undefined,
    sources: () => sources,
  });
});

function firing(text: string, count = 1): Found {
  const newest = { clusterId: "BCS-K8S-1", atMs: 1, by: "m", text, names: [] };
  return { Alarms: new Map([[NAME, { newest, count }]]), Events: NONE };
}

const calm: Found = { Alarms: NONE, Events: NONE };
const said = (of: Managed = cluster): readonly string[] =>
  board.statementsOf(of).map(({ type, status, reason, message }) => `${type} ${status} ${reason} ${message}`);

describe("a resource", () => {
  it("that nobody covers states nothing, whatever it said before", () => {
    sources = [];
    const conditions = [condition({ type: "AlarmsClear" })];
    expect(said(storedManagedCluster({ status: { conditions } }) as Managed)).toEqual([]);
    sources = [storedAlarmSource({ spec: { namespaces: ["other"] } })];
    expect(said()).toEqual([]);
  });

  it("says on what it said before until somebody has looked, as after a restart", () => {
    const conditions = [condition({ type: "AlarmsClear", status: "False", reason: "AlarmsFiring", message: "m: hot" })];
    expect(said(storedManagedCluster({ status: { conditions } }) as Managed)).toEqual([
      "AlarmsClear False AlarmsFiring m: hot",
    ]);
    expect(said()).toEqual([]);
  });

  it("is Unknown after three polls in a row that failed, and not before", () => {
    const [source] = sources as [AlarmSource];
    board.found(source, firing("hot"));
    for (const failure of [1, 2]) {
      board.failed(source);
      expect(said(), `failure ${failure}`).toEqual(["AlarmsClear False AlarmsFiring m: hot"]);
    }
    board.failed(source);
    expect(said()).toEqual([expect.stringMatching(/^AlarmsClear Unknown AlarmsUnknown /)]);
    board.found(source, calm);
    expect(said()).toEqual(["AlarmsClear True NoAlarms No alarm concerns it"]);
  });

  it("has EventsClear where a source looks at events, and nothing of one that may not look", () => {
    const watching = storedAlarmSource({
      metadata: { name: "events", uid: "e" },
      spec: { events: { mode: "Enabled" } },
    });
    sources = [...sources, watching];
    for (const source of sources) board.found(source, calm);
    expect(said()).toEqual([
      "AlarmsClear True NoAlarms No alarm concerns it",
      "EventsClear True NoWarnings No such event concerns it",
    ]);
    board.bar(watching);
    expect(said()).toEqual(["AlarmsClear True NoAlarms No alarm concerns it"]);
  });
});

describe("a text", () => {
  it("of a thousand alarms a minute changes once a minute at most, its status at once", async () => {
    const [source] = sources as [AlarmSource];
    const texts = new Set<string>();
    for (let second = 0; second < 300; second += 5) {
      board.found(source, firing(`alarm ${second}`, 1 + second));
      texts.add(said()[0]!);
      await clock.advance(5_000);
    }
    expect(texts.size).toBe(5);
    board.found(source, calm);
    expect(said()).toEqual(["AlarmsClear True NoAlarms No alarm concerns it"]);
    board.found(source, firing("again"));
    expect(said()).toEqual(["AlarmsClear False AlarmsFiring m: again"]);
  });
});
