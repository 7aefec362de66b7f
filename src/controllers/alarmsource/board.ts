// What all AlarmSources have found, and what is stated of a resource by it. Pure but for the caches and the clock.
import { ConditionType, Reason } from "../../crds/common/conditions.ts";
import type { AlarmSource } from "../../crds/alarmsource/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { listed } from "../../lib/text.ts";
import { findCondition, type Statement } from "../../runtime/conditions.ts";
import { Coverage, type CoverageDeps } from "../inventory/coverage.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { messageOf, together, type Firing, type Firings } from "./firing.ts";

type Topic = "Alarms" | "Events";

/** What a poll has shown; events where they are looked at. */
export type Found = Readonly<Record<Topic, Firings>>;

interface Source {
  /** Since the last poll that did not fail. */
  readonly failures: number;
  /** Undefined until one succeeded. */
  readonly found: Found | undefined;
}

interface BoardDeps extends CoverageDeps {
  readonly clock: Clock;
  readonly sources: () => readonly AlarmSource[];
}

/** So many polls in a row have to fail before nothing is known any more. */
const MOST_FAILURES = 3;
/** A text that changes while its status stays is written no more often. */
const TEXT_MS = 60_000;

const WORDS = {
  Alarms: {
    type: ConditionType.AlarmsClear,
    firing: Reason.AlarmsFiring,
    clear: { status: "True", reason: Reason.NoAlarms, message: "No alarm concerns it" },
  },
  Events: {
    type: ConditionType.EventsClear,
    firing: Reason.WarningEvents,
    clear: { status: "True", reason: Reason.NoWarnings, message: "No such event concerns it" },
  },
} as const;

export class Board {
  readonly #deps: BoardDeps;
  /** By UID. */
  readonly #sources = new Map<string, Source>();
  /** Sources that may report nothing at all, by UID. */
  readonly #barred = new Set<string>();
  /** By resource and condition: which text was granted, and when (monotonic). */
  readonly #granted = new Map<string, { readonly atMs: number; readonly message: string }>();

  /** Of each version of a source. */
  readonly #coverages = new WeakMap<AlarmSource, Coverage | undefined>();

  constructor(deps: BoardDeps) {
    this.#deps = deps;
  }

  /** A poll's end. */
  found({ metadata }: AlarmSource, found: Found): void {
    this.#barred.delete(metadata.uid);
    this.#sources.set(metadata.uid, { failures: 0, found });
  }

  /** What it has found stands until it has failed three times in a row. */
  failed(source: AlarmSource): void {
    this.#barred.delete(source.metadata.uid);
    const { failures, found } = this.#at(source);
    this.#sources.set(source.metadata.uid, { failures: failures + 1, found });
  }

  /** It may not look: nothing is stated by it. */
  bar({ metadata }: AlarmSource): void {
    this.#sources.delete(metadata.uid);
    this.#barred.add(metadata.uid);
  }

  /** Idempotent. */
  forget({ metadata }: AlarmSource): void {
    this.#sources.delete(metadata.uid);
    this.#barred.delete(metadata.uid);
  }

  foundBy({ metadata }: AlarmSource): Found | undefined {
    return this.#sources.get(metadata.uid)?.found;
  }

  /** Where nobody has looked yet since this process began, what was said before stands. */
  statementsOf(resource: Managed): readonly Statement[] {
    const covering = this.#deps.sources().filter((source) => this.#covers(source, resource));
    if (covering.length === 0) return [];
    const watching = covering.filter(({ spec }) => spec.events.mode === "Enabled");
    return [
      ...this.#stated("Alarms", resource, covering),
      ...(watching.length === 0 ? [] : this.#stated("Events", resource, watching)),
    ];
  }

  #stated(topic: Topic, resource: Managed, covering: readonly AlarmSource[]): readonly Statement[] {
    const name = nameOf(resource);
    const unknowing = covering.filter((source) => this.#at(source).failures >= MOST_FAILURES);
    const known = covering.filter((source) => !unknowing.includes(source)).map((source) => this.#at(source));
    const firing = known
      .flatMap(({ found }) => found?.[topic].get(name) ?? [])
      .reduce<Firing | undefined>((all, one) => together(all, one), undefined);
    const { type, ...words } = WORDS[topic];
    const key = `${type} ${name}`;
    if (firing) {
      return [{ type, status: "False", reason: words.firing, message: this.#grantedOf(key, messageOf(firing)) }];
    }
    this.#granted.delete(key);
    if (unknowing.length > 0) return [unknown(type, unknowing)];
    if (known.every(({ found }) => found)) return [{ type, ...words.clear }];
    const said = findCondition(resource.status.conditions, type);
    return said ? [{ type, status: said.status, reason: said.reason, message: said.message }] : [];
  }

  #at({ metadata }: AlarmSource): Source {
    return this.#sources.get(metadata.uid) ?? UNPOLLED;
  }

  #grantedOf(key: string, message: string): string {
    const nowMs = this.#deps.clock.monotonic();
    const granted = this.#granted.get(key);
    if (granted && nowMs - granted.atMs < TEXT_MS) return granted.message;
    if (granted?.message !== message) this.#granted.set(key, { atMs: nowMs, message });
    return message;
  }

  #covers(source: AlarmSource, resource: Managed): boolean {
    if (this.#barred.has(source.metadata.uid)) return false;
    if (!this.#coverages.has(source)) this.#coverages.set(source, coverageOf(source, this.#deps));
    return this.#coverages.get(source)?.covers(resource) ?? false;
  }
}

/** Undefined where it reaches further than it may, which its own visit says. */
function coverageOf(source: AlarmSource, deps: CoverageDeps): Coverage | undefined {
  try {
    return new Coverage(source, deps);
  } catch {
    return undefined;
  }
}

const UNPOLLED: Source = { failures: 0, found: undefined };

function unknown(type: string, sources: readonly AlarmSource[]): Statement {
  const names = sources.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const message = `The inventory could not be asked three times in a row: see AlarmSource ${listed(names)}`;
  return { type, status: "Unknown", reason: Reason.AlarmsUnknown, message };
}

/** "Kind/namespace/name". */
export function nameOf({ kind, metadata }: Managed): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}
