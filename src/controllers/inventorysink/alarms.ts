// Alarms: each cause once, and its end. The store's last word on each resource is compared with its state, so that a restart neither
// repeats nor forgets one.
import { createHash } from "node:crypto";
import { outcomeIsUnknown } from "../../cloud/errors.ts";
import type { NewAlarm, StoredAlarm } from "../../cloud/facets/inventory.ts";
import { timestampOf } from "../../lib/clock.ts";
import { FencedError } from "../../lib/fence.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { dutyOf, type AlarmState, type Duty, type Word } from "./alarm-state.ts";
import type { Backlog, Worked } from "./backlog.ts";
import { allCovered, covered, filedUnder, isOwnedBy, type SinkScope, type SinkTools } from "./scope.ts";
import type { Store } from "./sender.ts";
import { subjectOf, subjectText } from "./wants.ts";

interface AlarmsDeps extends SinkTools {
  readonly store: Store;
  readonly backlog: Pick<Backlog, "add">;
  readonly scope: () => SinkScope;
  /** Under which anything of the sink may be filed. Looks at all. */
  readonly clusterIds: () => readonly string[];
  /** Before a comparison has shown what the store knows of those ids, they may lack some. */
  readonly isCompared: () => boolean;
}

export const ALARM_KEY = "alarm";
/** Of the backlog: all that the store was told is to be read. */
export const ASK_ALARMS_KEY = "ask-alarms";
/** By which others know ours. */
const ALARM_MODULE = "yunfan";
const MARGIN_MS = 50;
const COMPARED_SOON_MS = 1_000;

export class Alarms {
  readonly #deps: AlarmsDeps;
  /** By "Kind/namespace/name"; undefined: not read yet. */
  #words: Map<string, Word> | undefined;
  /** Monotonic: they are read no earlier. */
  #askAfterMs = 0;
  /** Until then (monotonic) an alarm of unknown outcome may land; the store is asked after it. */
  readonly #doubts = new Map<string, number>();

  constructor(deps: AlarmsDeps) {
    this.#deps = deps;
  }

  /** What another process said a moment ago may still land: nothing is said before it has. */
  begin(): void {
    const { clock, settleWindowMs } = this.#deps;
    this.#askAfterMs = clock.monotonic() + settleWindowMs + MARGIN_MS;
    this.reconsider();
  }

  /** Which alarms are raised, and of what, may be another question now. */
  reconsider(): void {
    const { clock, backlog } = this.#deps;
    if (this.#words) this.#considerAll(this.#words);
    else backlog.add(ASK_ALARMS_KEY, Math.max(this.#askAfterMs - clock.monotonic(), 0));
  }

  /** Reads the store's last words, and has every resource compared with its own. */
  async ask(signal: AbortSignal): Promise<Worked> {
    if (!this.#isEnabled()) return "Done";
    if (!this.#deps.isCompared()) return { againInMs: COMPARED_SOON_MS };
    this.#words = await this.#read({}, signal);
    this.#considerAll(this.#words);
    return "Done";
  }

  #considerAll(words: ReadonlyMap<string, Word>): void {
    const { scope, backlog } = this.#deps;
    for (const resource of allCovered(scope())) this.changed(resource);
    for (const [source, { state }] of words) if (state === "Firing") backlog.add(`${ALARM_KEY}/${source}`);
  }

  changed(resource: Managed): void {
    if (!this.#words || !this.#isEnabled()) return;
    const { backlog, clock } = this.#deps;
    const source = subjectText(subjectOf(resource));
    const duty = this.#dutyOf(source);
    if (duty.do === "Say") backlog.add(`${ALARM_KEY}/${source}`);
    if (duty.do === "Wait") backlog.add(`${ALARM_KEY}/${source}`, duty.untilMs - clock.now() + MARGIN_MS);
  }

  /** `source`: of a key of the backlog, what follows "alarm/". Throws what the store says. */
  async work(source: string, signal: AbortSignal): Promise<Worked> {
    const { clock } = this.#deps;
    if (!this.#words || !this.#isEnabled()) return "Done";
    const doubtMs = this.#doubts.get(source);
    if (doubtMs !== undefined) {
      const waitMs = doubtMs - clock.monotonic();
      if (waitMs > 0) return { againInMs: waitMs + MARGIN_MS };
      const word = (await this.#read({ sources: [source] }, signal)).get(source);
      if (word) this.#words.set(source, word);
      this.#doubts.delete(source);
    }
    const duty = this.#dutyOf(source);
    if (duty.do === "Nothing") return "Done";
    if (duty.do === "Wait") return { againInMs: duty.untilMs - clock.now() + MARGIN_MS };
    await this.#say(source, duty, signal);
    return "Done";
  }

  async #say(source: string, duty: Extract<Duty, { do: "Say" }>, signal: AbortSignal): Promise<void> {
    const { store, clock, settleWindowMs, scope } = this.#deps;
    const present = this.#words?.get(source);
    const clusterId = this.#filedUnder(source, duty.state, present);
    const atMs = Math.max(clock.now(), (present?.atMs ?? 0) + 1);
    const alarm = alarmOf({ scope: scope(), source, duty, clusterId, atMs });
    try {
      await store.write("alarms", signal, ({ alarms }, permit) => alarms.add(alarm, permit));
      this.#words?.set(source, { state: duty.state, atMs, clusterId });
    } catch (error) {
      const mayLand = !(error instanceof FencedError) && outcomeIsUnknown(error);
      if (mayLand) this.#doubts.set(source, clock.monotonic() + settleWindowMs);
      throw error;
    }
  }

  /** An end is filed where its beginning is. */
  #filedUnder(source: string, state: AlarmState, present: Word | undefined): string {
    if (state === "Resolved" && present) return present.clusterId;
    const scope = this.#deps.scope();
    const resource = this.#resource(source);
    return resource ? filedUnder(scope, resource) : scope.sink.spec.clusterId;
  }

  #dutyOf(source: string): Duty {
    const { clock, scope } = this.#deps;
    const notReadyAfterMs = scope().sink.spec.alarms.notReadyAfterSeconds * 1000;
    return dutyOf(this.#resource(source), this.#words?.get(source), { nowMs: clock.now(), notReadyAfterMs });
  }

  #resource(source: string): Managed | undefined {
    const [kind = "", namespace = "", name = ""] = source.split("/");
    return covered(this.#deps.scope(), { kind, namespace, name });
  }

  async #read(filter: { readonly sources?: readonly string[] }, signal: AbortSignal): Promise<Map<string, Word>> {
    const { store, scope, clusterIds } = this.#deps;
    const asked = { clusterIds: clusterIds(), modules: [ALARM_MODULE], ...filter };
    const { items } = await store.read(({ alarms }) => alarms.list(asked, {}, signal));
    const words = new Map<string, Word>();
    for (const item of items) {
      const said = wordOf(item, scope());
      if (said && said.atMs >= (words.get(item.source)?.atMs ?? 0)) words.set(item.source, said);
    }
    return words;
  }

  #isEnabled(): boolean {
    return this.#deps.scope().sink.spec.alarms.mode === "Enabled";
  }
}

/** Undefined where another reporter said it. */
function wordOf({ data, clusterId }: StoredAlarm, scope: SinkScope): Word | undefined {
  const { yunfan } = (data ?? {}) as { readonly yunfan?: Partial<Record<"state" | "at" | "owner", unknown>> };
  if (!isOwnedBy(scope, yunfan?.owner) || typeof yunfan?.at !== "number") return undefined;
  return { state: yunfan.state === "Firing" ? "Firing" : "Resolved", atMs: yunfan.at, clusterId };
}

interface Saying {
  readonly scope: SinkScope;
  readonly source: string;
  readonly duty: { readonly state: AlarmState; readonly reason: string; readonly message: string };
  readonly clusterId: string;
  readonly atMs: number;
}

/** Shaped as bcs-health does it (docs/clouds/bcs.md), with `message` filled as well. */
function alarmOf({ scope, source, duty, clusterId, atMs }: Saying): NewAlarm {
  const { state, reason, message } = duty;
  const [, namespace = ""] = source.split("/");
  const event = {
    uuid: uuidOf(scope.owner, source, state, String(atMs)),
    reason,
    messages: message,
    at_time: timestampOf(atMs),
  };
  return {
    clusterId,
    namespace,
    message,
    source,
    module: ALARM_MODULE,
    type: scope.sink.spec.alarms.type,
    receivedTimeSeconds: Math.floor(atMs / 1000),
    data: { event, yunfan: { state, at: atMs, owner: scope.owner } },
  };
}

/** The same for the same saying: a UUID of version 8. */
function uuidOf(...parts: readonly string[]): string {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
