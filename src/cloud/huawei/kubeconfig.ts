// The kubeconfig of a cluster (CCE API Reference 4.1.8), cut down to the context that is wanted.
import { X509Certificate } from "node:crypto";
import { z } from "zod";
import type { Kubeconfig, KubeconfigContext } from "../facets/clusters.ts";
import { unreadable } from "../kit/json.ts";

const named = { name: z.string().min(1) };

/** Members that we don't know are kept: it is the user's to use. */
export const clusterCertificate = z.object({
  clusters: z.array(z.looseObject({ ...named, cluster: z.looseObject({ server: z.string().min(1) }) })),
  users: z.array(
    z.looseObject({ ...named, user: z.looseObject({ "client-certificate-data": z.string().optional() }) }),
  ),
  contexts: z.array(z.looseObject({ ...named, context: z.looseObject({ cluster: z.string(), user: z.string() }) })),
});

type ClusterCertificate = z.output<typeof clusterCertificate>;

/** One cluster, one user, one context. Throws CloudError Unavailable where the context names what is not there. */
export function kubeconfigOf(wire: ClusterCertificate, wanted: KubeconfigContext): Kubeconfig | "NoSuchContext" {
  const context = byName(wire.contexts, wanted.toLowerCase());
  if (context === undefined) return "NoSuchContext";
  const cluster = byName(wire.clusters, context.context.cluster);
  const user = byName(wire.users, context.context.user);
  if (cluster === undefined || user === undefined) {
    throw unreadable("GetClusterCertificate", `context ${context.name} names no cluster or no user`);
  }
  const config = {
    kind: "Config",
    apiVersion: "v1",
    preferences: {},
    clusters: [cluster],
    users: [user],
    contexts: [context],
    "current-context": context.name,
  };
  return {
    text: `${JSON.stringify(config, undefined, 2)}\n`,
    ...lifeOf(user.user["client-certificate-data"]),
    insecure: cluster.cluster["insecure-skip-tls-verify"] === true,
  };
}

function byName<T extends { name: string }>(entries: readonly T[], name: string): T | undefined {
  return entries.find((entry) => entry.name === name);
}

/** Base64 of PEM. */
function lifeOf(certificate: string | undefined): Pick<Kubeconfig, "issuedAtMs" | "expiresAtMs"> {
  const unknown = { issuedAtMs: undefined, expiresAtMs: undefined };
  if (certificate === undefined || certificate === "") return unknown;
  try {
    const { validFromDate, validToDate } = new X509Certificate(Buffer.from(certificate, "base64"));
    return { issuedAtMs: validFromDate.getTime(), expiresAtMs: validToDate.getTime() };
  } catch {
    return unknown;
  }
}
