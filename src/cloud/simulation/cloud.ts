// What a simulated cloud gives to the kit: its state, its routes, its authentication, and what a colleague may change.
import type { IncomingHttpHeaders } from "node:http";
import type { Duplex, Readable } from "node:stream";
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
  /** Whether the client showed a certificate that {@link ServerTls.clientCa} signed. */
  readonly isVerifiedClient: boolean;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON; left out: an empty body. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`; its type is the header `content-type`, or else JSON. */
  readonly text?: string;
  /** Sent on in place of `body` as it comes, until one of both ends it. */
  readonly stream?: Readable;
  /** With status 101: from then on the connection is joined with this one. */
  readonly tunnel?: Duplex;
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the log says of the request; its `effect` wins over what the store's version says. */
  readonly logged?: { readonly effect?: boolean } & Readonly<Record<string, unknown>>;
}

/** What the client gets: an answer, or a connection that closes without one. */
export type Outcome = Answer | "Drop";

/** How a simulator serves https; all of it PEM. */
export interface ServerTls {
  readonly certificate: string;
  readonly key: string;
  /** Signs the clients' certificates, which are asked for and never demanded: what one opens is the cloud's matter. */
  readonly clientCa?: string | undefined;
}

/** One path of the cloud's API. */
export interface Route<T extends Tables<T>> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** In fastify's notation: `/projects/:id`, `/files/*`. */
  readonly path: string;
  /** Makes this a list read, which `EmptyList` (with this answer) and `StaleList` concern. */
  readonly emptyList?: Answer | ((call: Call) => Promise<Answer>);
  /** Where the path serves other reads too: which ones are list reads. Left out: all. */
  readonly isListRead?: (call: Call) => boolean;
  /** Bodies up to this many bytes; 1 MiB where unset. */
  readonly bodyLimit?: number;
  /**
   * Acts at once, without waiting, unless what it acts on lies behind another server: then it says itself whether it had
   * an `effect`. Reads come from `view`, which `StaleList` sets `ageMs` into the past. May throw a `Refusal`.
   */
  handle(call: Call, view: StoreView<T>, ageMs?: number): Outcome | Promise<Outcome>;
}

/** What a colleague does behind our back in one collection; bad input is a `Refusal`. */
export interface CollectionControl {
  create?(input: unknown): Identified | Promise<Identified>;
  /** Undefined where there is no such record. */
  update?(id: string, input: unknown): Identified | undefined | Promise<Identified | undefined>;
  /** The record that went; undefined where there was none. */
  remove?(id: string): Identified | undefined | Promise<Identified | undefined>;
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
  /** What refuses a request, before any route; undefined lets it pass. */
  authenticate(call: Call): Outcome | undefined;
  /** An error in the cloud's own wire format. */
  failure(status: number, message: string, failed: Failed): Answer;
  /**
   * Lets happen what is due by now, such as jobs that end; idempotent. Called before each request and each control call,
   * so that it counts as nobody's `effect`. Left out: nothing happens by itself.
   */
  advance?(): void;
}
