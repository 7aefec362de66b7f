// The states of a reflector and the pure decisions between them (R8, R9).
import { isGone, isInvalid, KubeError, KubeUnreachableError, ranOutOfTime, type ApiStatus } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { messageOf } from "../../lib/errors.ts";
import { keyOf } from "./store.ts";
import type { WatchEvent } from "./watch-stream.ts";

/** Receiving the list as the beginning of a watch (WatchList). It counts only once it is complete. */
export interface Collecting<T> {
  readonly name: "Collecting";
  readonly objects: Map<string, T>;
}

/** Reading the list page by page: for servers without WatchList. */
export interface Listing {
  readonly name: "Listing";
}

/** The list is complete; following what comes after `version`. */
export interface Watching {
  readonly name: "Watching";
  readonly version: string;
}

/** Each of these begins with a request. */
export type Connected<T> = Collecting<T> | Listing | Watching;

export interface BackingOff<T> {
  readonly name: "BackingOff";
  readonly delayMs: number;
  readonly next: Connected<T>;
}

export type State<T> = Connected<T> | BackingOff<T>;

export const collecting = <T>(): Collecting<T> => ({ name: "Collecting", objects: new Map() });

/** The server said within the stream why it ends the watch. */
export class WatchFailedError extends Error {
  readonly code: number;

  constructor({ code, message, reason }: ApiStatus) {
    super(`The API server ended the watch: ${code} ${message ?? reason ?? "no message"}`);
    this.name = "WatchFailedError";
    this.code = code;
  }
}

/** The stream ended cleanly without having been of any use. */
export class WatchTooShortError extends Error {
  constructor() {
    super("The watch ended too early");
    this.name = "WatchTooShortError";
  }
}

/** Adds to a list that is being received what is to be kept of the event's object; true once the list is complete. */
export function collect<T extends KubeObject>(
  { objects }: Collecting<T>,
  event: WatchEvent<T>,
  keep: (object: T) => T,
): boolean {
  if (event.type === "Changed") objects.set(keyOf(event.object.metadata), keep(event.object));
  if (event.type === "Deleted") objects.delete(keyOf(event.object.metadata));
  return event.type === "Bookmark" && event.endsList;
}

/**
 * From where to go on after an error: a watch whose version is too old, or that the server gave up, lists again; all else is
 * repeated as it was, a watch from its last version.
 */
export function resume<T>(state: Connected<T>, error: unknown, relist: () => Collecting<T> | Listing): Connected<T> {
  if (state.name !== "Watching" || isStale(error)) return relist();
  return state;
}

/** A throttled watch lost nothing; what else the server ends a stream with may come again at the same version. */
function isStale(error: unknown): boolean {
  return error instanceof WatchFailedError ? error.code !== 429 : isGone(error);
}

/** Servers without WatchList refuse its parameters: 422 where they know of it, 400 where something before them does not. */
export function refusesWatchList(state: Connected<unknown>, error: unknown): boolean {
  return state.name === "Collecting" && (isInvalid(error) || (error instanceof KubeError && error.code === 400));
}

/**
 * Whether a streamed list broke off, or nothing came of it, before the bookmark that ends it, without the server's word why.
 * `wasOpen`: the server had accepted it. Something on the way may keep that bookmark for itself for ever, and of an empty list
 * with it all that there is; pages always come to an end.
 */
export function lacksItsEnd(state: Connected<unknown>, error: unknown, wasOpen: boolean): boolean {
  if (state.name !== "Collecting" || error instanceof WatchFailedError) return false;
  return wasOpen || ranOutOfTime(error);
}

/** Of errors that the way to a server brings along, the words say all: where in our code they were made says nothing. */
export function withoutStack(error: unknown): { err?: unknown; reason?: string; cause?: string } {
  const known = [KubeError, KubeUnreachableError, WatchFailedError, WatchTooShortError];
  if (!known.some((each) => error instanceof each)) return { err: error };
  const { message, cause } = error as Error;
  return { reason: message, ...(cause !== undefined && { cause: messageOf(cause) }) };
}
