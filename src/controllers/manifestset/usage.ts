// What a set's workloads use, where spec.usageIntervalSeconds asks for it: in the metrics as it is, in the status rounded, so that it is
// written when a figure that people read has changed.
import type { ManifestChannel, PodUsage } from "../../cloud/facets/manifests.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { keyOfRef } from "./objects.ts";
import { isPodOf, runsPods } from "./pods.ts";
import { endsVisit } from "./refusals.ts";
import type { Work } from "./work.ts";

type Workload = NonNullable<ManifestSet["status"]["workloads"]>[number];
type Usage = NonNullable<Workload["usage"]>;

/** What the pods of a workload use together. */
type Figures = Omit<PodUsage, "pod">;

/** Where figures are shown in full. Methods must not throw. */
export interface UsageMetrics {
  /** Replaces all that was said of the set, by "namespace/name". */
  used(
    set: string,
    workloads: readonly (Figures & { targetNamespace: string; kind: string; workload: string })[],
  ): void;
}

interface UsageDeps {
  readonly clock: Clock;
  readonly usageMetrics: UsageMetrics;
}

interface Known {
  readonly channel: ManifestChannel;
  readonly at: number;
  readonly usage: Promise<readonly PodUsage[]>;
}

/** A visit at the interval must not find the figures of the last one just fresh enough. */
const FRESHNESS = 0.9;

export class Usages {
  readonly #deps: UsageDeps;
  /** By "namespace/name" of the set, then by namespace in the target. */
  readonly #known = new Map<string, Map<string, Known>>();

  constructor(deps: UsageDeps) {
    this.#deps = deps;
  }

  /** Adds them to the drafted workloads. Where nobody measures there are none; where that can't be told now, those of before stay. */
  async read(work: Work, spec: ManifestSet["spec"]): Promise<void> {
    const { visit, owner } = work;
    const { workloads = [] } = visit.status;
    const isAsked = spec.usageIntervalSeconds > 0 && workloads.length > 0;
    if (!isAsked || !work.place.channel.usage) return this.forget(owner.key);
    const before = new Map((visit.object.status.workloads ?? []).map(({ ref, usage }) => [ref, usage]));
    const used = await this.#usageOf(work, { workloads, intervalMs: spec.usageIntervalSeconds * 1000 });
    visit.status.workloads = workloads.map((workload) => {
      const usage = used === "Unknown" ? before.get(workload.ref) : roundedUsage(used.get(workload.ref));
      return usage ? Object.assign(workload, { usage }) : workload;
    });
    if (used === "Unknown") return;
    const shown = [...used].map(([ref, figures]) => {
      const { kind, namespace, name } = keyOfRef(ref);
      return Object.assign({ targetNamespace: namespace, kind, workload: name }, figures);
    });
    this.#deps.usageMetrics.used(owner.key, shown);
  }

  /** The set of that key has gone, or asks no more. */
  forget(set: string): void {
    this.#known.delete(set);
    this.#deps.usageMetrics.used(set, []);
  }

  /** By ref of the workload. */
  async #usageOf(
    work: Work,
    { workloads, intervalMs }: { workloads: readonly Workload[]; intervalMs: number },
  ): Promise<ReadonlyMap<string, Figures> | "Unknown"> {
    const keys = workloads.map(({ ref }) => ({ ref, key: keyOfRef(ref) })).filter(({ key }) => runsPods(key));
    const namespaces = [...new Set(keys.map(({ key }) => key.namespace))];
    try {
      const perNamespace = await Promise.all(
        namespaces.map(async (namespace) => {
          const within = keys.filter(({ key }) => key.namespace === namespace);
          const isWanted = (pod: string): boolean => within.some(({ key }) => isPodOf(key, pod));
          const usage = await this.#read(work, { namespace, isWanted, intervalMs });
          return within.flatMap(({ ref, key }) => {
            const pods = usage.filter(({ pod }) => isPodOf(key, pod));
            return pods.length === 0 ? [] : [[ref, summed(pods)] as const];
          });
        }),
      );
      return new Map(perNamespace.flat());
    } catch (error) {
      if (!(error instanceof CloudError) || endsVisit(error)) throw error;
      return error.kind === "NotServed" || error.kind === "NotFound" ? new Map() : "Unknown";
    }
  }

  #read(
    { place: { channel }, owner, visit: { signal } }: Work,
    asked: { namespace: string; isWanted: (pod: string) => boolean; intervalMs: number },
  ): Promise<readonly PodUsage[]> {
    const { namespace, isWanted, intervalMs } = asked;
    const known = this.#known.get(owner.key) ?? new Map<string, Known>();
    this.#known.set(owner.key, known);
    const at = this.#deps.clock.monotonic();
    const latest = known.get(namespace);
    if (latest?.channel === channel && at - latest.at < FRESHNESS * intervalMs) return latest.usage;
    const usage = channel.usage?.(namespace, isWanted, signal) ?? Promise.resolve([]);
    known.set(namespace, { channel, at, usage });
    usage.catch(() => known.delete(namespace));
    return usage;
  }
}

const FIGURES = ["cpuCores", "memoryBytes", "receiveBytesPerSecond", "transmitBytesPerSecond"] as const;

/** Of those that somebody has measured. */
function summed(pods: readonly PodUsage[]): Figures {
  const sums = FIGURES.flatMap((figure) => {
    const values = pods.flatMap((pod) => pod[figure] ?? []);
    return values.length === 0 ? [] : [[figure, values.reduce((total, value) => total + value, 0)] as const];
  });
  return Object.fromEntries(sums);
}

function roundedUsage(figures: Figures | undefined): Usage | undefined {
  if (!figures) return undefined;
  const { cpuCores, memoryBytes, receiveBytesPerSecond, transmitBytesPerSecond } = figures;
  const shown = {
    ...rounded("cpuMillicores", cpuCores, 1000),
    ...rounded("memoryMebibytes", memoryBytes, 1 / 2 ** 20),
    ...rounded("receiveKibibytesPerSecond", receiveBytesPerSecond, 1 / 2 ** 10),
    ...rounded("transmitKibibytesPerSecond", transmitBytesPerSecond, 1 / 2 ** 10),
  };
  return Object.keys(shown).length === 0 ? undefined : shown;
}

/** To two digits, and whole: what is less is noise. */
function rounded<Name extends string>(
  name: Name,
  value: number | undefined,
  factor: number,
): { [Key in Name]?: number } {
  if (value === undefined) return {};
  const whole = Math.round(Number((value * factor).toPrecision(2)));
  return { [name]: whole } as { [Key in Name]: number };
}
