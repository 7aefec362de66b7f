// The manifests facet of CTYUN: seven kinds of a Kubernetes 1.18 behind signed paths (API reference 3.1 to 3.9), in namespaces that are made
// in the console. docs/clouds/ctyun.md says which of its calls are never made, and why.
import * as z from "zod";
import type { Carrier } from "../http/follow.ts";
import type { KindAbility, KindWanted, Manifest, ManifestRefusal, ManifestsFacet } from "../facets/manifests.ts";
import { unreadable } from "../kit/json.ts";
import { kubernetesChannel, type Dialect, type Follow, type Send } from "../manifests/channel.ts";
import type { ServedKind } from "../manifests/discovery.ts";
import { withoutName } from "../manifests/paths.ts";
import type { Telling } from "../manifests/signed-send.ts";
import { usageBy, type QueryRange } from "./usage.ts";

interface WrappedKind extends ServedKind {
  /** What stands before /namespaces/ in the printed paths. */
  readonly prefix: readonly string[];
  /** POST goes to the object, with its name, or to the collection. */
  readonly madeAt: "Object" | "Collection";
  /** How its changes in a namespace are told of (3.1.7, 3.3.7, 3.6.9, 3.8.10); left out where they are not, or hold what is secret. */
  readonly toldBy?: Carrier;
}

const NOTHING: readonly string[] = [];
const CORE: readonly string[] = ["api", "v1"];

type Given = Pick<WrappedKind, "kind" | "apiVersion" | "plural" | "prefix" | "madeAt"> & Partial<WrappedKind>;

/** Every change is a PUT under the live version: the PATCH of the reference would write over what it has not seen. */
function wrapped(given: Given): WrappedKind {
  const slash = given.apiVersion.indexOf("/");
  return {
    group: slash === -1 ? "" : given.apiVersion.slice(0, slash),
    alsoTaken: [],
    namespaced: true,
    list: "Objects",
    selects: false,
    change: "Replace",
    marks: "OnObject",
    ...given,
  };
}

const DEPLOYMENT = wrapped({
  kind: "Deployment",
  apiVersion: "apps/v1",
  plural: "deployments",
  prefix: NOTHING,
  madeAt: "Object",
  toldBy: "WebSocket",
});
/** The samples of 3.3 say core/v1, which no Kubernetes ever had. */
const POD = wrapped({
  kind: "Pod",
  apiVersion: "v1",
  plural: "pods",
  prefix: NOTHING,
  madeAt: "Object",
  toldBy: "WebSocket",
});
const AUTOSCALER = wrapped({
  kind: "HorizontalPodAutoscaler",
  apiVersion: "autoscaling/v2beta2",
  alsoTaken: ["autoscaling/v2"],
  plural: "horizontalpodautoscalers",
  prefix: NOTHING,
  madeAt: "Object",
});
const SERVICE = wrapped({
  kind: "Service",
  apiVersion: "v1",
  plural: "services",
  prefix: NOTHING,
  madeAt: "Collection",
  toldBy: "Body",
});
const INGRESS = wrapped({
  kind: "Ingress",
  apiVersion: "extensions/v1beta1",
  alsoTaken: ["networking.k8s.io/v1", "networking.k8s.io/v1beta1"],
  plural: "ingresses",
  prefix: NOTHING,
  madeAt: "Collection",
});
const CONFIG_MAP = wrapped({
  kind: "ConfigMap",
  apiVersion: "v1",
  plural: "configmaps",
  prefix: CORE,
  madeAt: "Collection",
  toldBy: "Body",
});
/** Its list (3.9.7) would bring strangers' into memory: each is read by name. */
const SECRET = wrapped({
  kind: "Secret",
  apiVersion: "v1",
  plural: "secrets",
  prefix: CORE,
  madeAt: "Collection",
  list: "None",
});

export const CTYUN_KINDS: readonly WrappedKind[] = [DEPLOYMENT, POD, AUTOSCALER, SERVICE, INGRESS, CONFIG_MAP, SECRET];

/** Of whose changes it tells. */
export const TOLD_KINDS: readonly string[] = CTYUN_KINDS.filter(({ toldBy }) => toldBy !== undefined).map(
  ({ kind }) => kind,
);

interface Doors {
  readonly send: Send;
  /** 3.1.7 and its like. */
  readonly follow: Follow;
  /** 3.2. */
  readonly queryRange: QueryRange;
}

export function ctyunManifests(doors: Doors): ManifestsFacet {
  const channel = kubernetesChannel(dialectOver(doors));
  return { intoClusters: "Never", open: () => channel };
}

/** Where the changes of a kind in a namespace are told of. */
export function tellingOf(kind: ServedKind, namespace: string): Telling | undefined {
  const { prefix, plural, toldBy } = kind as WrappedKind;
  return toldBy && { path: [...prefix, "watch", "namespaces", namespace, plural], carrier: toldBy };
}

function dialectOver({ send, follow, queryRange }: Doors): Dialect {
  return {
    kinds: CTYUN_KINDS,
    send,
    kindOf: (wanted) => Promise.resolve(CTYUN_KINDS.find((kind) => isWanted(kind, wanted))),
    refusals: refusalsOf,
    pathOf(kind, at, verb) {
      const { prefix, madeAt } = kind as WrappedKind;
      const { namespace = "", name } = verb === "Create" && madeAt === "Collection" ? withoutName(at) : at;
      return [...prefix, "namespaces", namespace, kind.plural, ...(name === undefined ? [] : [name])];
    },
    writeQuery: {},
    // The account is the place.
    hasIdentity: false,
    deletesByUid: false,
    pageSize: undefined,
    eventsPath: (namespace) => [...CORE, "namespaces", namespace, "events"],
    follow,
    usage: usageBy({ queryRange, podsIn: (namespace, signal) => podsIn(send, namespace, signal) }),
  };
}

const podList = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })).nullable() });

/** 3.3.5. */
async function podsIn(send: Send, namespace: string, signal: AbortSignal): Promise<readonly string[]> {
  const operation = "List Pod";
  const path = ["namespaces", namespace, "pods"];
  const answer = podList.safeParse(await send({ operation, method: "GET", path, isSecret: false, signal }));
  if (!answer.success) throw unreadable(operation, "unexpected items");
  return (answer.data.items ?? []).map(({ metadata }) => metadata.name);
}

/** As it is written, and, where no version matters, in whatever group it is today. */
function isWanted(kind: KindAbility, { group, version, kind: name }: KindWanted): boolean {
  if (kind.kind !== name) return false;
  const taken = [kind.apiVersion, ...kind.alsoTaken];
  if (version !== undefined) return taken.includes(group === "" ? version : `${group}/${version}`);
  return taken.some((apiVersion) => (apiVersion.includes("/") ? apiVersion.split("/")[0] : "") === group);
}

/** What Kubernetes 1.18 drops without a word. */
function refusalsOf(manifest: Manifest): readonly ManifestRefusal[] {
  if (manifest.kind !== AUTOSCALER.kind) return [];
  const { metrics } = membersOf(manifest["spec"]);
  const items: readonly unknown[] = Array.isArray(metrics) ? metrics : [];
  return items.flatMap((metric, at) =>
    membersOf(metric)["type"] === "ContainerResource"
      ? [
          {
            path: `spec.metrics[${at}].type`,
            message: "Kubernetes 1.18 knows no metrics of one container. Use Resource",
          },
        ]
      : [],
  );
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
