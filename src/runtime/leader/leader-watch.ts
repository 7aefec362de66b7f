// Watching one Lease, so that a candidate learns of a release at once. The elector polls as well: nothing here is fatal.
import { sleep, type Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { KubeError, type ApiStatus } from "../../kube/errors.ts";
import type { KubeTransport } from "../../kube/transport.ts";
import { backoffMs, type BackoffPolicy } from "../queue/backoff.ts";
import { leasesPath, type Lease, type LeaseRef } from "./lease.ts";

/** Short, because a watch that is away hands a release over to the slower poll. */
const RECONNECT: BackoffPolicy = { firstMs: 200, longestMs: 5000 };
const SERVER_TIMEOUT_SECONDS = 300;
/** Each connection begins with the present state: one that ends sooner was of no use, whatever it said. */
const SHORTEST_WATCH_MS = 1000;
/** The API server sends a bookmark about once a minute, and a living leader writes far more often. */
const IDLE_TIMEOUT_MS = 70_000;

export interface LeaseWatchOptions {
  readonly transport: Pick<KubeTransport, "stream">;
  readonly ref: LeaseRef;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  /** The Lease as it is now, or undefined when it was deleted. */
  readonly onLease: (lease: Lease | undefined) => void;
}

type WatchEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"; readonly object: Lease }
  | { readonly type: "ERROR"; readonly object: ApiStatus };

/** Watches until the signal is aborted, then resolves. Reconnects with backoff; each connection begins with the present state. */
export async function watchLease(options: LeaseWatchOptions, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      failures = (await watchOnce(options, signal)) ? 0 : failures + 1;
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      options.log.debug({ reason: messageOf(error) }, "Watch of the Lease ended");
    }
    await sleep(options.clock, backoffMs(RECONNECT, failures, options.random), signal).catch(() => undefined);
  }
}

/** One connection, from no particular version: the API server then begins with the object as it is. True if it was of use. */
async function watchOnce(options: LeaseWatchOptions, signal: AbortSignal): Promise<boolean> {
  const path = leasesPath(options.ref.namespace);
  const lines = await options.transport.stream({
    path,
    query: {
      watch: true,
      fieldSelector: `metadata.name=${options.ref.name}`,
      allowWatchBookmarks: true,
      timeoutSeconds: SERVER_TIMEOUT_SECONDS,
    },
    signal,
    idleTimeoutMs: () => IDLE_TIMEOUT_MS,
  });
  const openedAtMs = options.clock.monotonic();
  let heard = false;
  for await (const line of lines) {
    const event = JSON.parse(line) as WatchEvent;
    heard = true;
    switch (event.type) {
      case "ADDED":
      case "MODIFIED":
        options.onLease(event.object);
        break;
      case "DELETED":
        options.onLease(undefined);
        break;
      case "BOOKMARK":
        break;
      case "ERROR":
        throw new KubeError(event.object, { method: "WATCH", path });
    }
  }
  return heard && options.clock.monotonic() - openedAtMs >= SHORTEST_WATCH_MS;
}
