// One request and its answer: log it, choose a fault, let the cloud act, deliver the answer as the fault wants it.
import { messageOf } from "../../lib/errors.ts";
import type { Answer, Call, Route, SimulatedCloud } from "./cloud.ts";
import type { FaultState } from "./fault-engine.ts";
import { chooseFault } from "./fault-engine.ts";
import type { Fault, FaultAction } from "./faults.ts";
import { Refusal } from "./refusal.ts";
import type { LoggedRequest, RequestLog } from "./request-log.ts";
import type { StoreView, Tables } from "./store.ts";
import type { Waits } from "./waits.ts";

/** Cut in the middle of a string, as by a proxy that gave up. */
const MALFORMED: Delivered = { status: 200, text: '[{"id": 1, "name": "cut-of' };

/** An answer ready to send: `text` is sent as it is. */
export interface Delivered extends Answer {
  readonly text?: string;
}

/** What the client gets: an answer, or a connection that closes without one. */
export type Outcome = Delivered | "Drop";

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
  readonly run: (reading?: Reading) => Answer;
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
  DropAfter({ run }) {
    run();
    return "Drop";
  },
  async Hold({ run, waits, gone }) {
    const answer = run();
    await waits.hold(gone);
    return answer;
  },
  async SlowHeaders({ run, fault, waits }) {
    const answer = run();
    await waits.pause(fault.ms);
    return answer;
  },
  MalformedJson({ run }) {
    run();
    return MALFORMED;
  },
  EmptyList: ({ run }) => run({ kind: "Empty" }),
  StaleList: ({ run, fault }) => run({ kind: "Stale", ageMs: fault.ms }),
};

/** Carries out one request. Writes its log entry; the status stays 0 where the client gets no answer. */
export async function carryOut<T extends Tables<T>>(
  context: ExchangeContext<T>,
  { call, route, gone }: Exchange<T>,
): Promise<Outcome> {
  const { cloud, log, waits } = context;
  const { method, path } = call;
  const chosen = chooseFault(context.faults, { method, path, isListRead: route?.emptyList !== undefined });
  context.faults = chosen.state;
  const fault = chosen.fault;
  const entry = log.begin({
    method,
    path,
    userAgent: call.headers["user-agent"] ?? "",
    fault: fault?.action ?? null,
    requestId: cloud.requestIdHeader === undefined ? undefined : call.requestId,
  });
  const run = (reading: Reading = { kind: "Live" }): Answer => act({ cloud, call, route, reading }, entry);
  const refuse = (status: number): Answer => cloud.failure(status, "the simulator was told to answer so", { call });
  const outcome = fault === undefined ? run() : await DELIVERIES[fault.action]({ run, refuse, fault, waits, gone });
  if (outcome !== "Drop" && !gone.aborted) entry.status = outcome.status;
  return outcome;
}

interface Action<T extends Tables<T>> {
  cloud: SimulatedCloud<T>;
  call: Call;
  route: Route<T> | undefined;
  reading: Reading;
}

function act<T extends Tables<T>>(action: Action<T>, entry: LoggedRequest): Answer {
  const { cloud, call } = action;
  cloud.advance?.();
  const versionBefore = cloud.store.version;
  try {
    return cloud.authenticate(call) ?? answerOf(action);
  } catch (error) {
    return cloud.failure(error instanceof Refusal ? error.status : 500, messageOf(error), { call, error });
  } finally {
    entry.effect = cloud.store.version !== versionBefore;
  }
}

function answerOf<T extends Tables<T>>({ cloud, call, route, reading }: Action<T>): Answer {
  if (route === undefined) return cloud.failure(404, `no such path: ${call.method} ${call.path}`, { call });
  if (reading.kind === "Empty" && route.emptyList !== undefined) return route.emptyList;
  const view: StoreView<T> = reading.kind === "Stale" ? cloud.store.asOf(reading.ageMs) : cloud.store;
  return route.handle(call, view);
}
