// What is in the Secrets that hand a kubeconfig on: by the convention of Cluster API, as the cluster Secret of Argo CD, as certificates.
import { parse } from "yaml";
import * as z from "zod";
import type { ClusterCertificates, Kubeconfig } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import { labelValueOf } from "../../lib/names.ts";
import type { SecretContents } from "../publishing/secrets.ts";
import { base64 } from "./secrets.ts";

export function kubeconfigContents({ metadata }: ManagedCluster, kubeconfig: Kubeconfig): SecretContents {
  return {
    type: "cluster.x-k8s.io/secret",
    labels: { "cluster.x-k8s.io/cluster-name": labelValueOf(metadata.name) },
    data: { value: base64(kubeconfig.text) },
  };
}

/** Argo CD, declarative setup, "Clusters": name, server, config. */
export function argocdContents({ metadata }: ManagedCluster, kubeconfig: Kubeconfig): SecretContents {
  const { server, ca, certificate, key } = partsOf(kubeconfig, "the registration with Argo CD", "spec.argocd");
  const tlsClientConfig = {
    insecure: kubeconfig.insecure,
    certData: certificate,
    keyData: key,
    ...(ca && { caData: ca }),
  };
  return {
    type: "Opaque",
    labels: { "argocd.argoproj.io/secret-type": "cluster" },
    data: {
      name: base64(`${metadata.namespace}/${metadata.name}`),
      server: base64(server),
      config: base64(JSON.stringify({ tlsClientConfig })),
    },
  };
}

/** Of a cluster that has no others. Throws TerminalError KubeconfigUnusable. */
export function certificatesIn(kubeconfig: Kubeconfig): ClusterCertificates {
  const {
    ca = "",
    certificate,
    key,
  } = partsOf(kubeconfig, "the Secret of certificates", "spec.kubeconfig.certificates");
  return { ca: pem(ca), certificate: pem(certificate), key: pem(key) };
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

/** `user`: what needs it; `field`: by which it is asked for. */
function partsOf({ text }: Kubeconfig, user: string, field: string): Parts {
  const parsed = kubeconfigShape.safeParse(parse(text));
  const context = parsed.data?.contexts.find(({ name }) => name === parsed.data["current-context"])?.context;
  const cluster = parsed.data?.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const identity = parsed.data?.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster || !identity) {
    const message = `The cloud's kubeconfig holds no client certificate, which ${user} needs. Remove ${field}`;
    throw new TerminalError({ reason: Reason.KubeconfigUnusable, message });
  }
  return {
    server: cluster.server,
    ca: cluster["certificate-authority-data"],
    certificate: identity["client-certificate-data"],
    key: identity["client-key-data"],
  };
}

function pem(encoded: string): string {
  return Buffer.from(encoded, "base64").toString();
}
