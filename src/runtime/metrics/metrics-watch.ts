// Metrics of watches: how stale a cache may be, what it may not read, and how often its watch ended or it had to be listed again.
import { Counter, Gauge, type Registry } from "prom-client";
import type { ReflectorMetrics, ReflectorStatus } from "../cache/reflector-status.ts";

const REASONS = ["Ended", "Silent", "Stale", "Failed"] as const;
const HOWS = ["Streamed", "Paged"] as const;

/**
 * Registers the metrics; the function it returns gives the reflectors of one kind their own, at 0 from then on. Several
 * reflectors of a kind, one per namespace, share them: the stalest gives the age.
 */
export function watchMetrics(registry: Registry): (kind: string) => ReflectorMetrics {
  const statuses = new Map<string, (() => ReflectorStatus)[]>();
  registerAge(registry, statuses);
  registerRefused(registry, statuses);
  registerAbsent(registry, statuses);
  const registers = [registry];
  const restarts = new Counter({
    name: "yunfan_watch_restarts_total",
    help: "Lists and watches that ended and were begun anew: at their time, after silence, because the version was too old, or by an error.",
    labelNames: ["kind", "reason"],
    registers,
  });
  const lists = new Counter({
    name: "yunfan_watch_lists_total",
    help: "Complete lists by kind, and whether they were streamed or read in pages.",
    labelNames: ["kind", "how"],
    registers,
  });
  const handlerFailures = new Counter({
    name: "yunfan_watch_handler_failures_total",
    help: "Changes that a handler failed on. Each is a bug.",
    labelNames: ["kind"],
    registers,
  });
  return (kind) => {
    for (const reason of REASONS) restarts.inc({ kind, reason }, 0);
    for (const how of HOWS) lists.inc({ kind, how }, 0);
    handlerFailures.inc({ kind }, 0);
    const ofKind: (() => ReflectorStatus)[] = [];
    statuses.set(kind, ofKind);
    return {
      listed: (how) => lists.inc({ kind, how }),
      watched: () => {},
      ended: (reason) => restarts.inc({ kind, reason }),
      handlerFailed: () => handlerFailures.inc({ kind }),
      observe: (read) => ofKind.push(read),
    };
  };
}

/** Read when somebody scrapes it. */
function registerAge(registry: Registry, statuses: ReadonlyMap<string, readonly (() => ReflectorStatus)[]>): void {
  const age: Gauge<"kind"> = new Gauge({
    name: "yunfan_watch_age_seconds",
    help: "Time since the API server last said anything about a kind; a quiet watch gets a bookmark about once a minute.",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      for (const [kind, reads] of statuses) {
        age.set({ kind }, Math.max(0, ...reads.map((read) => ageMs(read()))) / 1000);
      }
    },
  });
}

/** Only what is refused has a series. */
function registerRefused(registry: Registry, statuses: ReadonlyMap<string, readonly (() => ReflectorStatus)[]>): void {
  const refused: Gauge<"kind" | "namespace"> = new Gauge({
    name: "yunfan_watch_refused",
    help: "1 where the API server does not let the operator read a kind in a namespace; the namespace is empty for all of them.",
    labelNames: ["kind", "namespace"],
    registers: [registry],
    collect() {
      refused.reset();
      for (const [kind, reads] of statuses) {
        for (const { namespace = "" } of reads.map((read) => read()).filter((status) => status.refused)) {
          refused.set({ kind, namespace }, 1);
        }
      }
    },
  });
}

/** Only what is missing has a series. */
function registerAbsent(registry: Registry, statuses: ReadonlyMap<string, readonly (() => ReflectorStatus)[]>): void {
  const absent: Gauge<"kind"> = new Gauge({
    name: "yunfan_crd_missing",
    help: "1 where the CRD of a kind is not in the cluster: the kind counts as empty.",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      absent.reset();
      for (const [kind, reads] of statuses) if (reads.some((read) => read().absent)) absent.set({ kind }, 1);
    },
  });
}

/** One that has never heard anything is as old as its wait for the first list. */
function ageMs(status: ReflectorStatus): number {
  return status.ageMs ?? status.unsyncedMs;
}
