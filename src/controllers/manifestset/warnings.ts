// What a target's Events say of objects that are not ready and of their pods, and of CronJobs whose last run has not succeeded: read only then, and at
// most now and again per namespace.
import type { LiveObject, TargetEvent } from "../../cloud/facets/manifests.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { LONGEST_MESSAGE, MOST_WARNINGS } from "../../crds/manifestset/limits.ts";
import type { Clock } from "../../lib/clock.ts";
import { oneLine } from "../../lib/one-line.ts";
import { cutTo } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { isMadeFor } from "./pods.ts";
import { endsVisit } from "./refusals.ts";
import { isObject } from "./shapes.ts";
import { isHealthy, type Judged } from "./status.ts";
import type { Work } from "./work.ts";

type Warning = NonNullable<ManifestSet["status"]["warnings"]>[number];

/** Sets that ask for the same share what was read; what goes wrong is told within 20 s all the same. */
const FRESH_MS = 10_000;

interface Known {
  readonly at: number;
  readonly events: readonly TargetEvent[];
}

interface WarningsDeps {
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, "event">;
}

export class Warnings {
  readonly #deps: WarningsDeps;
  /** By channel, then by what was asked for. */
  readonly #known = new WeakMap<object, Map<string, Known>>();

  constructor(deps: WarningsDeps) {
    this.#deps = deps;
  }

  /** Drafts status.warnings; what is new there is told as an Event of the set too. */
  async read(work: Work, objects: readonly Judged[]): Promise<void> {
    const { visit } = work;
    const unready = objects.filter((each) => {
      const { live } = each.outcome;
      return live !== undefined && (!isHealthy(each) || isUnsuccessful(live));
    });
    const before = visit.object.status.warnings ?? [];
    const warnings = unready.length === 0 ? [] : await this.#warningsOf(work, unready);
    if (warnings.length === 0) delete visit.status.warnings;
    else visit.status.warnings = warnings;
    for (const { object, reason, message } of warnings) {
      if (before.some((each) => each.object === object && each.reason === reason && each.message === message)) continue;
      const note = `${object}: ${message}`;
      this.#deps.events.event(visit.object, { type: "Warning", reason: wordOf(reason), action: "Reconcile", note });
    }
  }

  async #warningsOf(work: Work, unready: readonly Judged[]): Promise<readonly Warning[]> {
    const namespaces = [...new Set(unready.map(({ declared }) => declared.key.namespace))].filter(
      (name) => name !== "",
    );
    const owners = unready.map(({ declared, outcome }) => ({
      key: declared.key,
      uid: outcome.live?.metadata.uid ?? "",
    }));
    const asked = owners.map(({ key, uid }) => ({ ...key, uid }));
    const events = (await Promise.all(namespaces.map((namespace) => this.#eventsIn(work, namespace, asked)))).flat();
    const told = events.filter(
      ({ type, about }) => type === "Warning" && owners.some((owner) => concerns(about, owner)),
    );
    const warnings = told.map(({ about, reason, message }): Warning => {
      const object = `${about.kind} ${about.namespace}/${about.name}`;
      return {
        object: cutTo(object, 700),
        reason: cutTo(reason || "Warning", 253),
        message: oneLine(message, LONGEST_MESSAGE - 1),
      };
    });
    // The same thing is told of every pod, and again and again.
    const distinct = new Map(warnings.map((warning) => [`${warning.reason} ${warning.message}`, warning]));
    return [...distinct.values()].toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1)).slice(0, MOST_WARNINGS);
  }

  /** Without the right to read them there are none. */
  async #eventsIn(
    { place: { channel }, visit: { signal } }: Work,
    namespace: string,
    asked: readonly TargetEvent["about"][],
  ): Promise<readonly TargetEvent[]> {
    if (!channel.events) return [];
    const known = this.#known.get(channel) ?? new Map<string, Known>();
    this.#known.set(channel, known);
    const now = this.#deps.clock.monotonic();
    for (const [key, { at }] of known) if (now - at >= FRESH_MS) known.delete(key);
    const about = asked.filter((each) => each.namespace === namespace);
    const key = channel.eventsByObject ? [namespace, ...about.map(({ uid }) => uid).toSorted()].join(" ") : namespace;
    const latest = known.get(key);
    if (latest) return latest.events;
    try {
      const events = await channel.events(namespace, signal, asked);
      known.set(key, { at: now, events });
      return events;
    } catch (error) {
      if (!(error instanceof CloudError) || endsVisit(error)) throw error;
      return [];
    }
  }
}

/** Of a CronJob, which is healthy whatever becomes of its jobs: whether the last of them has not succeeded, or not yet. */
function isUnsuccessful({ kind, status }: LiveObject): boolean {
  if (kind !== "CronJob" || !isObject(status)) return false;
  const scheduledMs = Date.parse(String(status["lastScheduleTime"]));
  const succeededMs = Date.parse(String(status["lastSuccessfulTime"]));
  return !Number.isNaN(scheduledMs) && (Number.isNaN(succeededMs) || succeededMs < scheduledMs);
}

/** The object itself, or what was made for it. */
function concerns(about: TargetEvent["about"], { key, uid }: { key: Judged["declared"]["key"]; uid: string }): boolean {
  if (about.uid !== "" && about.uid === uid) return true;
  return about.namespace === key.namespace && isMadeFor(key, about);
}

/** As a reason of an Event has to be. */
function wordOf(reason: string): string {
  const word = reason.replaceAll(/[^A-Za-z0-9]/g, "");
  return /^[A-Za-z]/.test(word) ? word.slice(0, 128) : "Warning";
}

function textOf({ object, reason, message }: Warning): string {
  return `${object} ${reason} ${message}`;
}
