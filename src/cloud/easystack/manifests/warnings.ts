// Warnings that the cloud shows with an object and with its pods (1.5, 1.10, 1.16, 1.21): in their details alone, there is no list of events.
import type { ManifestChannel, TargetEvent } from "../../facets/manifests.ts";
import { lenientObject, listOf, text } from "../../kit/wire.ts";
import { podList } from "../application-wire.ts";
import type { SharedReads } from "../places/shared-reads.ts";
import type { CallHere, Place, Turn } from "../places/turn.ts";

interface WarningsDeps {
  readonly reads: SharedReads;
  readonly placeOf: (key: { readonly namespace: string }) => Place;
}

type About = TargetEvent["about"];

/** Of one namespace: the first tell what the others would. */
const MOST_DETAILS = 8;

const details = lenientObject({
  events: listOf(lenientObject({ type: text, reason: text, message: text })).catch([]),
});

/** Of pods that say so; what runs warns of nothing that is still so. */
const AT_REST: ReadonlySet<string> = new Set(["Running", "Succeeded", "Completed", "Terminating"]);

/** The last warning of each of these objects and of pods that bear their names. */
export function warningsBy({ reads, placeOf }: WarningsDeps): NonNullable<ManifestChannel["events"]> {
  return async (namespace, signal, about) => {
    const own = about.filter((each) => each.namespace === namespace);
    return reads.read(placeOf({ namespace }), signal, async (turn) => {
      const pods = await turn.read({ operation: "ListPods" }, podList);
      const ailing = pods
        .filter(({ name, status }) => !AT_REST.has(status) && own.some((each) => isOf(name, each)))
        .map(({ name }): About => ({ group: "", kind: "Pod", namespace, name, uid: "" }));
      const shown: TargetEvent[] = [];
      const wanted = [...own.filter(({ kind }) => kind !== "Pod"), ...ailing].filter((each) => detailOf(each));
      for (const each of wanted.slice(0, MOST_DETAILS)) shown.push(...(await lastWarning(turn, each)));
      return shown;
    });
  };
}

function isOf(pod: string, { kind, name }: About): boolean {
  return kind === "Pod" ? pod === name : pod.startsWith(`${name}-`);
}

async function lastWarning(turn: Turn, about: About): Promise<readonly TargetEvent[]> {
  const call = detailOf(about);
  const found = call === undefined ? "Absent" : await turn.find(call, details);
  if (found === "Absent") return [];
  const last = found.events.findLast(({ type }) => type === "Warning");
  return last === undefined ? [] : [{ about, ...last }];
}

/** Undefined of a kind whose details show no events. */
function detailOf({ kind, name }: About): CallHere | undefined {
  const names = { name };
  switch (kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      return { operation: "GetWorkload", names, query: [["workload_type", kind]] };
    case "Job":
      return { operation: "GetJob", names };
    case "CronJob":
      return { operation: "GetCronJob", names };
    case "Pod":
      return { operation: "GetPod", names };
    default:
      return undefined;
  }
}
