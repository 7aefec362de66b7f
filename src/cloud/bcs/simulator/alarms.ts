// Alarms (告警数据): posted one by one, listed by filters and time.
import type { Answer, Call } from "../../simulation/cloud.ts";
import { alarmIn } from "./bodies.ts";
import { pruneCluster } from "./pruning.ts";
import type { Handlers } from "./routes.ts";
import { intervalOf, isWithin, pageOf } from "./selection.ts";
import type { Alarm, Bcs, BcsView } from "./state.ts";
import { idOf, isoNow } from "./state.ts";
import { alarmOnWire, success } from "./wire.ts";

const FILTERS = ["clusterId", "namespace", "source", "module"] as const;

export function alarmHandlers(bcs: Bcs) {
  return {
    listAlarms: { emptyList: answerOf(bcs, [], 0), handle: (call, view) => list(bcs, call, view) },
    postAlarms: {
      handle(call) {
        addAlarm(bcs, alarmIn(call, bcs));
        return success(bcs.rules);
      },
    },
  } satisfies Handlers;
}

/** Each POST is one more, and may prune the oldest of its cluster. */
export function addAlarm(bcs: Bcs, alarm: Omit<Alarm, "id" | "name" | "createdAt">): Alarm {
  const id = idOf("alarm", bcs.store.nextId("alarms"));
  const added = { id, name: alarm.source, createdAt: isoNow(bcs), ...alarm };
  bcs.store.put("alarms", added);
  pruneCluster(bcs, "alarms", alarm.clusterId);
  return added;
}

function list(bcs: Bcs, call: Call, view: BcsView): Answer {
  const { rules } = bcs;
  const times = intervalOf(call, "timeBegin", "timeEnd", bcs);
  const isWanted = filterOf(bcs, call);
  const found = view
    .list("alarms")
    .filter((alarm) => isWithin(alarm.receivedTime * 1000, times, rules) && isWanted(alarm));
  const page = pageOf(ordered(bcs, found), call, bcs, "length");
  return answerOf(bcs, page, rules.choices.alarmTotal === "All" ? found.length : page.length);
}

function filterOf({ rules }: Bcs, { query }: Call): (alarm: Alarm) => boolean {
  const wanted = (name: string): string[] => (query.get(name) ?? "").split(",").filter((value) => value !== "");
  const filters = FILTERS.map((name) => ({ name, values: wanted(name) })).filter(({ values }) => values.length > 0);
  const types = wanted("type");
  const isType = (type: string): boolean =>
    rules.choices.alarmType === "Equal" ? types.includes(type) : types.some((part) => type.includes(part));
  return (alarm) =>
    filters.every(({ name, values }) => values.includes(alarm[name])) && (types.length === 0 || isType(alarm.type));
}

function ordered({ rules }: Bcs, alarms: readonly Alarm[]): Alarm[] {
  const isNewestFirst = rules.choices.alarmOrder === "NewestFirst";
  return alarms.toSorted(
    (left, right) => (isNewestFirst ? right.receivedTime - left.receivedTime : 0) || (left.id < right.id ? -1 : 1),
  );
}

function answerOf({ rules }: Bcs, page: readonly Alarm[], total: number): Answer {
  return success(
    rules,
    page.map((alarm) => alarmOnWire(alarm, rules)),
    { total },
  );
}
