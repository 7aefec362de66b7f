// What a simulated cloud gives to the kit: its state, its routes, its authentication, and what a colleague may change.
import type { IncomingHttpHeaders } from "node:http";
import type { Identified, Store, StoreView, Tables } from "./store.ts";

/** A request as a handler sees it. */
export interface Call {
  readonly method: string;
  /** Path and query as received, byte for byte (latin1): signatures are checked over it. */
  readonly rawUrl: string;
  /** The path as received, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Named parts of the route's path, percent-decoded; a wildcard is named `*`. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The request's own id; see {@link SimulatedCloud.requestIdHeader}. */
  readonly requestId: string;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON; left out: an empty body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One path of the cloud's API. */
export interface Route<T extends Tables<T>> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** In fastify's notation: `/projects/:id`, `/files/*`. */
  readonly path: string;
  /** Makes this a list read, which `EmptyList` (with this answer) and `StaleList` concern. */
  readonly emptyList?: Answer;
  /** Acts at once, without waiting. Reads come from `view`, which `StaleList` sets to the past. May throw a `Refusal`. */
  handle(call: Call, view: StoreView<T>): Answer;
}

/** What a colleague does behind our back in one collection; bad input is a `Refusal`. */
export interface CollectionControl {
  create?(input: unknown): Identified;
  /** Undefined where there is no such record. */
  update?(id: string, input: unknown): Identified | undefined;
  /** The record that went; undefined where there was none. */
  remove?(id: string): Identified | undefined;
}

/** What a cloud may look at to choose the wire format of an error. */
export interface Failed {
  readonly call: Call;
  /** What was thrown; left out where the kit itself refuses. */
  readonly error?: unknown;
}

export interface SimulatedCloud<T extends Tables<T>> {
  /** The header, in lower case, in which every answer carries the id of its request; left out: in none. */
  readonly requestIdHeader?: string;
  readonly store: Store<T>;
  readonly routes: readonly Route<T>[];
  /** By collection. */
  readonly controls: Readonly<Record<string, CollectionControl>>;
  /** The answer that refuses a request, before any route; undefined lets it pass. */
  authenticate(call: Call): Answer | undefined;
  /** An error in the cloud's own wire format. */
  failure(status: number, message: string, failed: Failed): Answer;
  /**
   * Lets happen what is due by now, such as jobs that end; idempotent. Called before each request and each control call,
   * so that it counts as nobody's `effect`. Left out: nothing happens by itself.
   */
  advance?(): void;
}
