// The resources that the cloud wraps, and how what it shows of them differs from what the API server behind has: it shows the spellings of
// Kubernetes 1.18 (CTYUN CCI 3.1, 3.3 to 3.9), which today's API servers no longer serve.
import { olderIngress, todaysIngress } from "./ingress.ts";

export type KubeObject = Readonly<Record<string, unknown>>;

export interface WrappedResource {
  readonly plural: string;
  readonly kind: string;
  /** The apiVersion that the cloud shows and takes. */
  readonly shown: string;
  /** That of the API server behind. */
  readonly behind: string;
  readonly toBehind: (object: KubeObject) => KubeObject;
  readonly toShown: (object: KubeObject) => KubeObject;
  /** Sent to the API server with PATCH; undefined where the cloud has none. */
  readonly patchType: string | undefined;
  /** Whether all of a namespace can be deleted by one request. */
  readonly deletesCollections: boolean;
  /** Whether all namespaces can be listed. */
  readonly listsAll: boolean;
  /** Events can be listed only. */
  readonly readOnly?: true;
}

const same = (object: KubeObject): KubeObject => object;
const STRATEGIC = "application/strategic-merge-patch+json";
/** The reference prints `application/json` (3.8.2, 3.9.2), which is no type of patches: taken as a merge patch. */
const MERGE = "application/merge-patch+json";

function wrapped(
  given: Pick<WrappedResource, "plural" | "kind" | "shown"> & Partial<WrappedResource>,
): WrappedResource {
  return {
    behind: given.shown,
    toBehind: same,
    toShown: same,
    patchType: undefined,
    deletesCollections: false,
    listsAll: false,
    ...given,
  };
}

export const RESOURCES: readonly WrappedResource[] = [
  wrapped({ plural: "deployments", kind: "Deployment", shown: "apps/v1" }),
  wrapped({ plural: "pods", kind: "Pod", shown: "v1" }),
  wrapped({ plural: "events", kind: "Event", shown: "v1", listsAll: true, readOnly: true }),
  // The members of both spellings are the same.
  wrapped({
    plural: "horizontalpodautoscalers",
    kind: "HorizontalPodAutoscaler",
    shown: "autoscaling/v2beta2",
    behind: "autoscaling/v2",
  }),
  wrapped({ plural: "services", kind: "Service", shown: "v1", patchType: STRATEGIC, listsAll: true }),
  wrapped({
    plural: "ingresses",
    kind: "Ingress",
    shown: "extensions/v1beta1",
    behind: "networking.k8s.io/v1",
    toBehind: todaysIngress,
    toShown: olderIngress,
    patchType: STRATEGIC,
    deletesCollections: true,
    listsAll: true,
  }),
  wrapped({
    plural: "configmaps",
    kind: "ConfigMap",
    shown: "v1",
    patchType: MERGE,
    deletesCollections: true,
    listsAll: true,
  }),
  wrapped({
    plural: "secrets",
    kind: "Secret",
    shown: "v1",
    patchType: MERGE,
    deletesCollections: true,
    listsAll: true,
  }),
];

/** On the API server behind. */
export function pathBehind({ behind, plural }: WrappedResource, namespace?: string, name?: string): string {
  const root = behind.includes("/") ? `/apis/${behind}` : `/api/${behind}`;
  const place = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}

/** As the cloud shows it: in its spelling, and without the books of who owns which field, which 1.18 does not keep for all. */
export function shownObject(resource: WrappedResource, object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = recordOf(object["metadata"]);
  return resource.toShown({ ...object, apiVersion: resource.shown, kind: resource.kind, metadata });
}

export function recordOf(value: unknown): KubeObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as KubeObject) : {};
}
