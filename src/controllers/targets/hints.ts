// Hints from targets: streams by which they tell what has changed of what sets have there, shared by the sets of a target, at most so
// many over all of them. A hint has a set visited and its kind listed anew; whoever is told nothing finds it at the drift tick.
import type { ChangeHint, KindAbility, LiveObject, ManifestChannel } from "../../cloud/facets/manifests.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { HintStream } from "./hint-stream.ts";
import { kindText, type TargetLists } from "./lists.ts";

interface HintsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Streams at most; 0: none. */
  readonly most: number;
  readonly metrics: { watched(change: 1 | -1): void };
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
}

/** What a visit has found, or written, in a target. */
interface Followed {
  /** UID of the ManifestSet. */
  readonly set: string;
  readonly channel: ManifestChannel;
  readonly lists: TargetLists;
  readonly objects: readonly { readonly kind: KindAbility; readonly live: LiveObject }[];
  /** Has the set visited. */
  readonly wake: () => void;
}

/** Our own writes are told of too, often before the visit that sent them ends, and changes come in bursts. */
const GATHER_MS = 1_000;
/**
 * After an object has had its set visited it rests, twice as long each time, up to the longest: somebody may be changing it back each time, or its
 * status may never be still. What was quiet for twice the longest begins anew.
 */
const SHORTEST_REST_MS = 2_000;
const LONGEST_REST_MS = 30_000;

/** Of an object, since it had its set visited. */
interface Rest {
  /** Monotonic. */
  readonly sinceMs: number;
  readonly ms: number;
}

interface Pending {
  readonly hint: ChangeHint;
  readonly kind: KindAbility;
}

/** Of the objects no more than their versions is kept: some are Secrets. */
interface Follower extends Pick<Followed, "lists" | "wake"> {
  readonly streams: ReadonlySet<HintStream>;
  /** By object: UID and version, as a visit has seen it last. */
  readonly seen: ReadonlyMap<string, string>;
  /** By object: what was told last and is not as it was seen. */
  readonly pending: Map<string, Pending>;
  /** By object. */
  readonly rests: Map<string, Rest>;
  timer: Timer | undefined;
}

export class Hints {
  readonly #deps: HintsDeps;
  readonly #followers = new Map<string, Follower>();
  /** By channel, then by kind and namespace. */
  readonly #streams = new Map<ManifestChannel, Map<string, HintStream>>();
  #open = 0;

  constructor(deps: HintsDeps) {
    this.#deps = deps;
  }

  /** To be called with what each visit of a set has seen: its own words come back as hints, and are told from others' by that. */
  follow(followed: Followed): void {
    if (this.#deps.most === 0 || !followed.channel.changes) return;
    const former = this.#followers.get(followed.set);
    const streams = this.#streamsFor(followed);
    for (const stream of former?.streams ?? []) if (!streams.has(stream)) stream.leave(followed.set);
    former?.timer?.cancel();
    const follower = followerOf(followed, streams, former);
    this.#followers.set(followed.set, follower);
    this.#arm(follower);
  }

  forget(set: string): void {
    const follower = this.#followers.get(set);
    if (!follower) return;
    this.#followers.delete(set);
    follower.timer?.cancel();
    for (const stream of follower.streams) stream.leave(set);
  }

  #streamsFor({ set, channel, objects }: Followed): ReadonlySet<HintStream> {
    const places = new Map<string, { kind: KindAbility; namespace: string | undefined }>();
    for (const { kind, live } of objects) {
      const namespace = kind.selects ? undefined : (live.metadata.namespace ?? "");
      places.set(`${kindText(kind)} ${namespace ?? ""}`, { kind, namespace });
    }
    const ofChannel = this.#streams.get(channel) ?? new Map<string, HintStream>();
    const streams = [...places].flatMap(([key, { kind, namespace }]) => {
      const stream = ofChannel.get(key) ?? this.#begin(ofChannel, key, { channel, kind, namespace });
      stream?.join(set);
      return stream ? [stream] : [];
    });
    if (ofChannel.size > 0) this.#streams.set(channel, ofChannel);
    return new Set(streams);
  }

  /** Undefined where there are as many as there may be: then it is the tick that finds what changes. */
  #begin(
    ofChannel: Map<string, HintStream>,
    key: string,
    { channel, kind, namespace }: { channel: ManifestChannel; kind: KindAbility; namespace: string | undefined },
  ): HintStream | undefined {
    const { clock, log, most, metrics, stop } = this.#deps;
    if (this.#open >= most || stop.aborted) return undefined;
    this.#open += 1;
    metrics.watched(1);
    const stream = new HintStream({
      clock,
      log,
      stop,
      channel,
      kind,
      namespace,
      on: (hint) => this.#told(stream, hint),
    });
    ofChannel.set(key, stream);
    void stream.ended.finally(() => {
      this.#open -= 1;
      metrics.watched(-1);
      ofChannel.delete(key);
      if (ofChannel.size === 0) this.#streams.delete(channel);
    });
    return stream;
  }

  #told(stream: HintStream, hint: ChangeHint): void {
    const follower = this.#followers.get(hint.set);
    if (!follower?.streams.has(stream)) return;
    const key = keyOf(stream.kind, hint);
    if (follower.seen.get(key) === versionOf(hint)) follower.pending.delete(key);
    else follower.pending.set(key, { hint, kind: stream.kind });
    this.#arm(follower);
  }

  #arm(follower: Follower): void {
    const { clock } = this.#deps;
    follower.timer?.cancel();
    follower.timer = undefined;
    if (follower.pending.size === 0) return;
    const dueAt = Math.min(...[...follower.pending.keys()].map((key) => restsUntil(follower, key)));
    follower.timer = clock.after(Math.max(dueAt - clock.monotonic(), GATHER_MS), () => this.#wake(follower));
  }

  #wake(follower: Follower): void {
    const { pending, rests, lists, wake } = follower;
    const nowMs = this.#deps.clock.monotonic();
    const due = [...pending].filter(([key]) => restsUntil(follower, key) <= nowMs);
    for (const [key, { kind }] of due) {
      pending.delete(key);
      rests.set(key, restFrom(rests.get(key), nowMs));
      lists.stale(kind);
    }
    if (due.length > 0) wake();
    this.#arm(follower);
  }
}

/** What waits and what rests is carried over from the visit before, but for what this one has seen. */
function followerOf(followed: Followed, streams: ReadonlySet<HintStream>, former: Follower | undefined): Follower {
  const seen = new Map(
    followed.objects.map(({ kind, live }) => [keyOf(kind, live.metadata), versionOf(live.metadata)]),
  );
  const { pending, rests } = former ?? { pending: [], rests: [] };
  return {
    lists: followed.lists,
    wake: followed.wake,
    streams,
    seen,
    pending: new Map([...pending].filter(([key, { hint }]) => seen.get(key) !== versionOf(hint))),
    rests: new Map([...rests].filter(([key]) => seen.has(key))),
    timer: undefined,
  };
}

/** Monotonic; in the past where it does not rest. */
function restsUntil({ rests }: Follower, key: string): number {
  const rest = rests.get(key);
  return rest ? rest.sinceMs + rest.ms : -Infinity;
}

function restFrom(former: Rest | undefined, nowMs: number): Rest {
  const isAnew = former === undefined || nowMs - former.sinceMs >= 2 * LONGEST_REST_MS;
  return { sinceMs: nowMs, ms: isAnew ? SHORTEST_REST_MS : Math.min(2 * former.ms, LONGEST_REST_MS) };
}

function keyOf(kind: KindAbility, { namespace = "", name }: { namespace?: string | undefined; name: string }): string {
  return `${kindText(kind)} ${namespace}/${name}`;
}

function versionOf({ uid, resourceVersion }: { uid: string; resourceVersion: string }): string {
  return `${uid} ${resourceVersion}`;
}
