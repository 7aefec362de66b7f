// What is in the Secrets that hand a cluster on: the kubeconfig by the convention of Cluster API, the cluster Secret of Argo CD.
import { createHash } from "node:crypto";
import { parse } from "yaml";
import * as z from "zod";
import type { Cluster, Kubeconfig } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { timestampOf } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { labelValueOf } from "../../lib/names.ts";
import type { SecretContents } from "../publishing/secrets.ts";

/** Annotations that say what a Secret was made of: whether it has to be rewritten shows without asking the cloud. */
export const SOURCE = {
  clusterId: "yunfan.dev/cluster-id",
  context: "yunfan.dev/kubeconfig-context",
  expiresAt: "yunfan.dev/certificate-expires-at",
  /** Of the data, so that somebody's edit shows without asking the cloud. */
  digest: "yunfan.dev/data-sha256",
} as const;

/** Annotations by which a Secret is of this cluster and this context. */
export type Source = Readonly<Record<string, string>>;

export function sourceOf({ spec }: ManagedCluster, { id }: Cluster): Source {
  return { [SOURCE.clusterId]: id, [SOURCE.context]: spec.kubeconfig.context };
}

export function kubeconfigContents(
  { metadata }: ManagedCluster,
  kubeconfig: Kubeconfig,
  source: Source,
): SecretContents {
  return {
    type: "cluster.x-k8s.io/secret",
    labels: { "cluster.x-k8s.io/cluster-name": labelValueOf(metadata.name) },
    ...sealed({ value: base64(kubeconfig.text) }, kubeconfig, source),
  };
}

/** Argo CD, declarative setup, "Clusters": name, server, config. */
export function argocdContents({ metadata }: ManagedCluster, kubeconfig: Kubeconfig, source: Source): SecretContents {
  const { server, ca, certificate, key } = partsOf(kubeconfig);
  const tlsClientConfig = {
    insecure: kubeconfig.insecure,
    certData: certificate,
    keyData: key,
    ...(ca && { caData: ca }),
  };
  const data = {
    name: base64(`${metadata.namespace}/${metadata.name}`),
    server: base64(server),
    config: base64(JSON.stringify({ tlsClientConfig })),
  };
  return {
    type: "Opaque",
    labels: { "argocd.argoproj.io/secret-type": "cluster" },
    ...sealed(data, kubeconfig, source),
  };
}

const kubeconfigShape = z.object({
  "current-context": z.string(),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({ server: z.string(), "certificate-authority-data": z.string().optional() }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }),
    }),
  ),
});

interface Parts {
  readonly server: string;
  /** PEM in base64, as in a kubeconfig. */
  readonly ca: string | undefined;
  readonly certificate: string;
  readonly key: string;
}

function partsOf({ text }: Kubeconfig): Parts {
  const parsed = kubeconfigShape.safeParse(parse(text));
  const context = parsed.data?.contexts.find(({ name }) => name === parsed.data["current-context"])?.context;
  const cluster = parsed.data?.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = parsed.data?.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster || !user) throw unusable();
  return {
    server: cluster.server,
    ca: cluster["certificate-authority-data"],
    certificate: user["client-certificate-data"],
    key: user["client-key-data"],
  };
}

function unusable(): TerminalError {
  const message =
    "The cloud's kubeconfig holds no client certificate, which the registration with Argo CD needs. Remove spec.argocd";
  return new TerminalError({ reason: Reason.KubeconfigUnusable, message });
}

type Data = SecretContents["data"];

/** The data with the annotations that say what it was made of. */
function sealed(
  data: Data,
  { expiresAtMs }: Kubeconfig,
  source: Source,
): Required<Pick<SecretContents, "data" | "annotations">> {
  const expiresAt = expiresAtMs !== undefined && { [SOURCE.expiresAt]: timestampOf(expiresAtMs) };
  return { data, annotations: { ...source, ...expiresAt, [SOURCE.digest]: digestOf(data) } };
}

/** The same for the same data, in whatever order. */
export function digestOf(data: Data): string {
  const entries = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(entries)).digest("hex");
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
