// The log of a simulator's requests, as `GET /_simulator/requests` shows it.
import type { Clock } from "../../lib/clock.ts";
import type { FaultAction } from "./faults.ts";

/** The newest requests that the log keeps at least: hours of a busy operator, about 60 MB. */
const KEPT_REQUESTS = 200_000;

/** The oldest entries go in batches, because removing from an array's head is not free. */
const FORGOTTEN_AT_ONCE = 10_000;

/** What is known of a request when it arrives. */
export interface Arrival {
  readonly method: string;
  /** As received, without the query. */
  readonly path: string;
  /** Empty where the client sent none. */
  readonly userAgent: string;
  readonly fault: FaultAction | null;
  /** As the answer carries it; undefined where the cloud shows none. */
  readonly requestId?: string | undefined;
}

/** One request. It is in the log from its arrival, so that a held one can be seen while it waits. A cloud may say more of it. */
export interface LoggedRequest extends Arrival {
  /** 1, 2, 3 in order of arrival. */
  readonly seq: number;
  /** Arrival, RFC 3339 with milliseconds. */
  readonly time: string;
  /** 0 as long as there is no answer, and for ever where the connection closed without one. */
  status: number;
  /** True once the request has changed something. */
  effect: boolean;
}

export class RequestLog {
  readonly #clock: Clock;
  readonly #kept: number;
  #entries: LoggedRequest[] = [];
  #lastSeq = 0;

  constructor(clock: Clock, kept: number = KEPT_REQUESTS) {
    this.#clock = clock;
    this.#kept = kept;
  }

  /** Logs an arrival; the caller fills in `status` and `effect` of the entry it gets. */
  begin({ method, path, userAgent, fault, requestId }: Arrival): LoggedRequest {
    this.#lastSeq += 1;
    const time = new Date(this.#clock.now()).toISOString();
    const entry = { seq: this.#lastSeq, time, method, path, userAgent, status: 0, effect: false, fault, requestId };
    this.#entries.push(entry);
    if (this.#entries.length >= this.#kept + FORGOTTEN_AT_ONCE) this.#entries = this.#entries.slice(-this.#kept);
    return entry;
  }

  entries(): readonly LoggedRequest[] {
    return this.#entries;
  }
}
