// What others do behind our back: other reporters' records, events, alarms, watch data and metrics, tokens and the gateway.
//
// POST /_simulator/records {"clusterId", "namespace"?, "resourceType", "resourceName", "data"?, "updatedAt"?}: puts it by its
//   key; without a namespace it is of the cluster class. PATCH {"data"?, "updatedAt"?}.
// POST /_simulator/watches: the same, with a namespace; `data` null is an empty node. PATCH {"data"?, "updatedAt"?}.
// POST /_simulator/metrics {"clusterId", "namespace", "type", "name", "data"?}. PATCH {"data"}.
// POST /_simulator/events and /alarms: their fields, of which only clusterId is required. Times are Unix seconds or ISO 8601;
//   left out, now. PATCH any of them.
// POST /_simulator/tokens {"token", "name"?, "clusterIds"?}: one more token, with rights on these clusters or all (null).
//   PATCH {"token"?, "clusterIds"?}; DELETE: from now on nobody knows it.
// PATCH /_simulator/gateways/gateway {"state": "Up"|"NoEndpoint"|"Unreachable"|"WebPage"}: what it finds behind it.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import type { Identified } from "../../simulation/store.ts";
import { addAlarm } from "./alarms.ts";
import { unixSeconds } from "./bodies.ts";
import { addEvent } from "./events.ts";
import { putMetric } from "./metrics.ts";
import { putRecord } from "./records.ts";
import type { Bcs, BcsTables } from "./state.ts";
import { GATEWAY_STATES, isoNow } from "./state.ts";
import { putWatch } from "./watches.ts";

const id = z.string().min(1);
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const data = z.unknown().default(null);

const seconds = z.union([unixSeconds, time.transform((text) => Math.floor(Date.parse(text) / 1000))]);

const resource = { clusterId: id, resourceType: id, resourceName: id, data, updatedAt: time.optional() };
const newRecord = z.strictObject({ ...resource, namespace: id.optional() });
const newWatch = z.strictObject({ ...resource, namespace: id });
const newMetric = z.strictObject({ clusterId: id, namespace: z.string(), type: id, name: id, data });

/** `data` is left as it is where it is left out. */
const dataChange = z.strictObject({ data: z.unknown(), updatedAt: time.optional() }).partial();

const extraInfo = z.strictObject({
  namespace: z.string().default(""),
  name: z.string().default(""),
  kind: z.string().default(""),
});

const eventFields = {
  eventId: z.string(),
  env: z.string(),
  kind: z.string(),
  level: z.string(),
  component: z.string(),
  type: z.string(),
  describe: z.string(),
  clusterId: id,
  eventTime: seconds,
  extraInfo,
  data: z.unknown(),
};

const alarmFields = {
  clusterId: id,
  namespace: z.string(),
  message: z.string(),
  source: z.string(),
  module: z.string(),
  type: z.string(),
  receivedTime: seconds,
  data: z.unknown(),
};

const newEvent = z.strictObject(eventFields).partial().required({ clusterId: true });
const eventChange = z.strictObject(eventFields).partial();
const newAlarm = z.strictObject(alarmFields).partial().required({ clusterId: true });
const alarmChange = z.strictObject(alarmFields).partial();

const newToken = z.strictObject({
  token: id,
  name: z.string().default(""),
  clusterIds: z.array(id).nullable().default(null),
});
const tokenChange = z.strictObject({ token: id, clusterIds: z.array(id).nullable() }).partial();
const gatewayChange = z.strictObject({ state: z.enum(GATEWAY_STATES) });

const NO_DATA: unknown = null;

const EMPTY_EVENT = {
  clusterId: "",
  eventId: "",
  env: "k8s",
  kind: "",
  level: "normal",
  component: "",
  type: "",
  describe: "",
  extraInfo: { namespace: "", name: "", kind: "" },
  data: NO_DATA,
};

const EMPTY_ALARM = {
  clusterId: "",
  namespace: "",
  message: "",
  source: "",
  module: "bcs-health",
  type: "alarm",
  data: NO_DATA,
};

export function bcsControls(bcs: Bcs): Record<keyof BcsTables, CollectionControl> {
  const changed = changer(bcs);
  const remove = remover(bcs);
  return {
    records: {
      create(input) {
        const { data: reported, updatedAt, ...key } = parseInput(newRecord, input);
        return putRecord(bcs, key, reported, updatedAt);
      },
      update: (one, input) => changed("records", one, rewritten(bcs, input)),
      remove: remove("records"),
    },
    watches: {
      create(input) {
        const { data: reported, updatedAt, ...key } = parseInput(newWatch, input);
        return putWatch(bcs, key, reported, updatedAt);
      },
      update: (one, input) => changed("watches", one, rewritten(bcs, input)),
      remove: remove("watches"),
    },
    metrics: {
      create(input) {
        const { data: reported, ...key } = parseInput(newMetric, input);
        return putMetric(bcs, key, reported);
      },
      update: (one, input) => changed("metrics", one, rewritten(bcs, input)),
      remove: remove("metrics"),
    },
    events: {
      create(input) {
        const empty = { ...EMPTY_EVENT, eventTime: nowSeconds(bcs) };
        return addEvent(bcs, completed(empty, parseInput(newEvent, input))).event;
      },
      update: (one, input) => changed("events", one, parseInput(eventChange, input)),
      remove: remove("events"),
    },
    alarms: {
      create(input) {
        const empty = { ...EMPTY_ALARM, receivedTime: nowSeconds(bcs) };
        return addAlarm(bcs, completed(empty, parseInput(newAlarm, input)));
      },
      update: (one, input) => changed("alarms", one, parseInput(alarmChange, input)),
      remove: remove("alarms"),
    },
    tokens: {
      create(input) {
        const token = { id: bcs.store.nextId("tokens"), createdAt: isoNow(bcs), ...parseInput(newToken, input) };
        if (bcs.store.list("tokens").some((other) => other.token === token.token)) {
          throw new Refusal(409, "there is such a token", "token");
        }
        bcs.store.put("tokens", token);
        return token;
      },
      update: (one, input) => changed("tokens", one, parseInput(tokenChange, input)),
      remove: remove("tokens"),
    },
    gateways: { update: (one, input) => changed("gateways", one, parseInput(gatewayChange, input)) },
  };
}

/** What is given, and the rest from `empty`. */
function completed<Fields extends object>(
  empty: Fields,
  given: { readonly [Name in keyof Fields]?: Fields[Name] | undefined },
): Fields {
  return { ...empty, ...given };
}

function changer({ store }: Bcs) {
  return (collection: keyof BcsTables, one: string, change: object): Identified | undefined => {
    const existing = store.get(collection, one);
    if (existing === undefined) return undefined;
    const changed = { ...existing, ...change } as BcsTables[typeof collection];
    store.put(collection, changed);
    return changed;
  };
}

function remover({ store }: Bcs) {
  return (collection: keyof BcsTables) =>
    (one: string): Identified | undefined => {
      const existing: Identified | undefined = store.get(collection, one);
      store.remove(collection, one);
      return existing;
    };
}

/** A change of `data`, as of now where it does not say when. */
function rewritten(bcs: Bcs, input: unknown): object {
  return { updatedAt: isoNow(bcs), ...parseInput(dataChange, input) };
}

function nowSeconds({ clock }: Bcs): number {
  return Math.floor(clock.now() / 1000);
}
