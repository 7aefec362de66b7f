// What a scrape shows of the resources in a cache: counts of all, series of the few that are not well, of the leader only.
import { beforeEach, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { Condition } from "../conditions.ts";
import { Metrics } from "./metrics.ts";
import type { Conditioned } from "./resource-state.ts";
import { Store } from "../cache/store.ts";

const TYPE = { group: "yunfan.dev", kind: "RegistryProject" };
const KIND = 'group="yunfan.dev",kind="RegistryProject"';

let clock: FakeClock;
let store: Store<Conditioned>;
let metrics: Metrics;
let version: number;

beforeEach(() => {
  version = 1;
  clock = new FakeClock();
  store = new Store<Conditioned>({
    onHandlerError: (error) => {
      throw error;
    },
  });
  metrics = new Metrics();
  metrics.resources({ type: TYPE, store, clock });
  metrics.leading("yunfan", true);
});

const ago = (seconds: number): string => new Date(clock.now() - seconds * 1000).toISOString();

function put(name: string, conditions: readonly Partial<Condition>[], metadata: object = {}): Conditioned {
  const base = { message: "", observedGeneration: 1, lastTransitionTime: ago(0), reason: "Because" };
  const object = {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "RegistryProject",
    metadata: {
      name,
      namespace: "team",
      uid: name,
      resourceVersion: String(version++),
      creationTimestamp: ago(0),
      ...metadata,
    },
    status: { conditions: conditions.map((condition) => ({ ...base, ...condition }) as Condition) },
  };
  store.absorb(object);
  return object;
}

async function scraped(prefix: string): Promise<Record<string, number>> {
  const { text } = await metrics.scrape();
  const lines = text.split("\n").filter((line) => line.startsWith(prefix));
  return Object.fromEntries(
    lines.map((line) => [line.slice(prefix.length, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

const ready = (seconds = 0): Partial<Condition> => ({
  type: "Ready",
  status: "True",
  lastTransitionTime: ago(seconds),
});
const unready = (seconds: number): Partial<Condition> => ({ ...ready(seconds), status: "False" });

it("counts all conditions and names only what is not well", async () => {
  put("well", [ready()]);
  put("fine", [ready()]);
  put("ill", [unready(40), { type: "Stalled", status: "True", lastTransitionTime: ago(20) }]);
  expect(await scraped("operator_status_condition_count")).toEqual({
    [`{${KIND},type="Ready",status="True",reason="Because"}`]: 2,
    [`{${KIND},type="Ready",status="False",reason="Because"}`]: 1,
    [`{${KIND},type="Stalled",status="True",reason="Because"}`]: 1,
  });
  const ill = `${KIND},namespace="team",name="ill"`;
  expect(await scraped("operator_status_condition_current_status_seconds")).toEqual({
    [`{${ill},type="Ready",status="False",reason="Because"}`]: 40,
    [`{${ill},type="Stalled",status="True",reason="Because"}`]: 20,
  });
});

it("forgets what has become well", async () => {
  put("ill", [unready(40)]);
  expect(Object.values(await scraped("operator_status_condition_current_status_seconds"))).toEqual([40]);
  put("ill", [ready()]);
  expect(await scraped("operator_status_condition_current_status_seconds")).toEqual({});
  expect(Object.values(await scraped("operator_status_condition_count"))).toEqual([1]);
});

it("measures what ended: a status and a deletion", async () => {
  put("a", [unready(40)]);
  put("a", [ready()]);
  const label = `{${KIND},type="Ready",status="False"}`;
  expect((await scraped("operator_status_condition_transition_seconds_sum"))[label]).toBe(40);
  const gone = put("a", [unready(5)], { deletionTimestamp: ago(100) });
  const terminating = await scraped("operator_termination_current_time_seconds");
  expect(terminating).toEqual({ [`{${KIND},namespace="team",name="a"}`]: 100 });
  store.remove(gone);
  expect(await scraped("operator_termination_duration_seconds_sum")).toEqual({ [`{${KIND}}`]: 100 });
  expect(await scraped("operator_termination_current_time_seconds")).toEqual({});
});

it("shows nothing while another replica leads, and counts no change then", async () => {
  metrics.leading("yunfan", false);
  put("a", [unready(40)]);
  put("a", [ready()]);
  expect(await scraped("operator_status_condition_")).toEqual({});
  metrics.leading("yunfan", true);
  expect(Object.values(await scraped("operator_status_condition_count"))).toEqual([1]);
});

it("names no more than a thousand of a kind, says how many it leaves out, and counts them all", async () => {
  for (let index = 0; index < 1002; index++) put(`p${index}`, [unready(1)]);
  expect(Object.keys(await scraped("operator_status_condition_current_status_seconds"))).toHaveLength(1000);
  expect(await scraped("yunfan_resources_omitted")).toEqual({ [`{${KIND}}`]: 2 });
  expect(Object.values(await scraped("operator_status_condition_count"))).toEqual([1002]);
});
