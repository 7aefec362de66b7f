// One request and its answer: log it, choose a fault, let the cloud act, deliver the answer as the fault wants it.
import { messageOf } from "../../lib/errors.ts";
import type { Answer, Call, Outcome, Route, SimulatedCloud } from "./cloud.ts";
import type { FaultState } from "./fault-engine.ts";
import { chooseFault } from "./fault-engine.ts";
import type { Fault, FaultAction } from "./faults.ts";
import { Refusal } from "./refusal.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import type { Tables } from "./store.ts";
import type { Waits } from "./waits.ts";

/** Cut in the middle of a string, as by a proxy that gave up. */
const MALFORMED: Answer = { status: 200, text: '[{"id": 1, "name": "cut-of' };

/** The running parts that every exchange of a simulator shares. */
export interface ExchangeContext<T extends Tables<T>> {
  readonly cloud: SimulatedCloud<T>;
  readonly log: RequestLog;
  readonly waits: Waits;
  faults: FaultState;
}

export interface Exchange<T extends Tables<T>> {
  readonly call: Call;
  /** Undefined where the cloud has no such path. */
  readonly route: Route<T> | undefined;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

/** A read's answer in place of the truth. */
type Reading = { kind: "Live" } | { kind: "Empty" } | { kind: "Stale"; ageMs: number };

interface Act {
  /** Lets the cloud act and answer; marks the log entry where that changed something. */
  readonly run: (reading?: Reading) => Outcome | Promise<Outcome>;
  readonly refuse: (status: number) => Answer;
  readonly fault: Fault;
  readonly waits: Waits;
  readonly gone: AbortSignal;
}

/** Each fault action, as a way to carry out a request. */
const DELIVERIES: Record<FaultAction, (act: Act) => Outcome | Promise<Outcome>> = {
  // The request is late, not its answer: it takes effect after the delay even if the client has given up by then.
  async Latency({ run, fault, waits }) {
    await waits.pause(fault.ms);
    return run();
  },
  Status({ refuse, fault }) {
    const answer = refuse(fault.status);
    if (fault.retryAfterSeconds === 0) return answer;
    return { ...answer, headers: { ...answer.headers, "retry-after": String(fault.retryAfterSeconds) } };
  },
  DropBefore: () => "Drop",
  async DropAfter({ run }): Promise<Outcome> {
    discard(await run());
    return "Drop";
  },
  async Hold({ run, waits, gone }) {
    const answer = await run();
    await waits.hold(gone);
    return answer;
  },
  async SlowHeaders({ run, fault, waits }) {
    const answer = await run();
    await waits.pause(fault.ms);
    return answer;
  },
  async MalformedJson({ run }) {
    discard(await run());
    return MALFORMED;
  },
  EmptyList: ({ run }) => run({ kind: "Empty" }),
  StaleList: ({ run, fault }) => run({ kind: "Stale", ageMs: fault.ms }),
};

/** Nobody gets it: what it would have brought ends. */
function discard(outcome: Outcome): void {
  if (outcome === "Drop") return;
  outcome.stream?.destroy();
  outcome.tunnel?.destroy();
}

/** Carries out one request. Writes its log entry; the status stays 0 where the client gets no answer. */
export async function carryOut<T extends Tables<T>>(
  context: ExchangeContext<T>,
  { call, route, gone }: Exchange<T>,
): Promise<Outcome> {
  const { cloud, log, waits } = context;
  const { method, path } = call;
  const chosen = chooseFault(context.faults, { method, path, isListRead: isListRead(route, call) });
  context.faults = chosen.state;
  const fault = chosen.fault;
  const entry = log.begin({
    method,
    path,
    userAgent: call.headers["user-agent"] ?? "",
    fault: fault?.action ?? null,
    requestId: cloud.requestIdHeader === undefined ? undefined : call.requestId,
  });
  const run = (reading: Reading = { kind: "Live" }): Outcome | Promise<Outcome> =>
    act({ cloud, call, route, reading }, entry);
  const refuse = (status: number): Answer => cloud.failure(status, "the simulator was told to answer so", { call });
  const outcome = await (fault === undefined ? run() : DELIVERIES[fault.action]({ run, refuse, fault, waits, gone }));
  if (gone.aborted) discard(outcome);
  else if (outcome !== "Drop") entry.status = outcome.status;
  return outcome;
}

function isListRead<T extends Tables<T>>(route: Route<T> | undefined, call: Call): boolean {
  return route?.emptyList !== undefined && route.isListRead?.(call) !== false;
}

interface Action<T extends Tables<T>> {
  cloud: SimulatedCloud<T>;
  call: Call;
  route: Route<T> | undefined;
  reading: Reading;
}

function act<T extends Tables<T>>(action: Action<T>, entry: LoggedRequest): Outcome | Promise<Outcome> {
  const { cloud, call } = action;
  const failed = (error: unknown): Answer =>
    cloud.failure(error instanceof Refusal ? error.status : 500, messageOf(error), { call, error });
  cloud.advance?.();
  const versionBefore = cloud.store.version;
  const note = (outcome: Outcome, effect: boolean): Outcome => {
    Object.assign(entry, { effect }, outcome === "Drop" ? undefined : outcome.logged);
    return outcome;
  };
  try {
    const answer = cloud.authenticate(call) ?? answerOf(action);
    // While it waits, others change the store: its version says nothing of this request.
    if (answer instanceof Promise) return answer.catch(failed).then((settled) => note(settled, false));
    return note(answer, cloud.store.version !== versionBefore);
  } catch (error) {
    return note(failed(error), cloud.store.version !== versionBefore);
  }
}

function answerOf<T extends Tables<T>>({ cloud, call, route, reading }: Action<T>): Outcome | Promise<Outcome> {
  if (route === undefined) return cloud.failure(404, `no such path: ${call.method} ${call.path}`, { call });
  const { emptyList } = route;
  if (reading.kind === "Empty" && emptyList) return typeof emptyList === "function" ? emptyList(call) : emptyList;
  if (reading.kind === "Stale") return route.handle(call, cloud.store.asOf(reading.ageMs), reading.ageMs);
  return route.handle(call, cloud.store);
}
