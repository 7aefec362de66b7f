// Kinds that Kubernetes has respelled: what is declared in today's spelling is sent in the one that a target has.
import type { Manifest, ManifestRefusal } from "../facets/manifests.ts";

interface Spelling {
  /** Today's first; what is declared in one is taken wherever a later one is served. */
  readonly apiVersions: readonly string[];
  /** From today's members to those of the others; left out where they are the same. */
  readonly older?: (manifest: Manifest) => Manifest;
  /** What the others can't say. */
  readonly lost?: (manifest: Manifest) => readonly ManifestRefusal[];
}

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  HorizontalPodAutoscaler: { apiVersions: ["autoscaling/v2", "autoscaling/v2beta2"] },
  CronJob: { apiVersions: ["batch/v1", "batch/v1beta1"] },
  PodDisruptionBudget: { apiVersions: ["policy/v1", "policy/v1beta1"] },
  Ingress: {
    apiVersions: ["networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"],
    older: olderIngress,
    lost: lostOfIngress,
  },
};

/** Those that can stand in for it, the nearest first; it is not among them. */
export function alternativesTo(apiVersion: string, kind: string): readonly string[] {
  const { apiVersions = [] } = spellingOf(kind) ?? {};
  const at = apiVersions.indexOf(apiVersion);
  return at === -1 ? [] : apiVersions.slice(at + 1);
}

/** All that a kind of that group, as it is called today, was ever in; none where it was always the same. */
export function spellingsOf(group: string, kind: string): readonly string[] {
  const { apiVersions = [] } = spellingOf(kind) ?? {};
  return apiVersions[0]?.startsWith(`${group}/`) ? apiVersions : [];
}

/** Pure. The same manifest where it is in that spelling already. */
export function spelled(manifest: Manifest, apiVersion: string): Manifest {
  if (manifest.apiVersion === apiVersion) return manifest;
  const { apiVersions = [], older } = spellingOf(manifest.kind) ?? {};
  const isToday = manifest.apiVersion === apiVersions[0];
  return { ...(isToday && older ? older(manifest) : manifest), apiVersion };
}

/** What that spelling can't say. */
export function lostIn(manifest: Manifest, apiVersion: string): readonly ManifestRefusal[] {
  if (manifest.apiVersion === apiVersion) return [];
  return spellingOf(manifest.kind)?.lost?.(manifest) ?? [];
}

function spellingOf(kind: string): Spelling | undefined {
  return Object.hasOwn(SPELLINGS, kind) ? SPELLINGS[kind] : undefined;
}

type Members = Readonly<Record<string, unknown>>;

/** networking.k8s.io/v1: `defaultBackend` and a port of two members; before: `backend`, `serviceName`, `servicePort`. */
function olderIngress(manifest: Manifest): Manifest {
  const { defaultBackend, rules, ...rest } = members(manifest["spec"]);
  const spec = {
    ...rest,
    ...(defaultBackend !== undefined && { backend: olderBackend(defaultBackend) }),
    ...(rules !== undefined && { rules: items(rules).map(olderRule) }),
  };
  return { ...manifest, spec };
}

function olderRule(rule: unknown): unknown {
  const { http, ...rest } = members(rule);
  const { paths, ...others } = members(http);
  if (paths === undefined) return rule;
  return { ...rest, http: { ...others, paths: items(paths).map(olderPath) } };
}

function olderPath(path: unknown): unknown {
  const { backend, ...rest } = members(path);
  return { ...rest, backend: olderBackend(backend) };
}

function olderBackend(backend: unknown): unknown {
  const { service, ...rest } = members(backend);
  if (service === undefined) return backend;
  const { name, port } = members(service);
  return { ...rest, serviceName: name, servicePort: members(port)["number"] ?? members(port)["name"] };
}

function lostOfIngress(manifest: Manifest): readonly ManifestRefusal[] {
  const { defaultBackend, rules } = members(manifest["spec"]);
  const backends = [
    ["spec.defaultBackend", defaultBackend] as const,
    ...items(rules).flatMap((rule, at) =>
      items(members(members(rule)["http"])["paths"]).map(
        (path, index) => [`spec.rules[${at}].http.paths[${index}].backend`, members(path)["backend"]] as const,
      ),
    ),
  ];
  const lost = backends.filter(([, backend]) => members(backend)["resource"] !== undefined);
  return lost.map(([path]) => ({ path: `${path}.resource`, message: "the target knows services as backends only" }));
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
