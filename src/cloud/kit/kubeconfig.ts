// A kubeconfig as a cloud hands it out, cut down to one context, and what of its certificates can be told.
import { X509Certificate } from "node:crypto";
import * as z from "zod";
import type { Kubeconfig } from "../facets/clusters.ts";
import { unreadable } from "./json.ts";

const named = { name: z.string().min(1) };

/** Members that we don't know are kept: it is the user's to use. */
export const wireKubeconfig = z.object({
  clusters: z.array(z.looseObject({ ...named, cluster: z.looseObject({ server: z.string().min(1) }) })),
  users: z.array(
    z.looseObject({ ...named, user: z.looseObject({ "client-certificate-data": z.string().optional() }) }),
  ),
  contexts: z.array(z.looseObject({ ...named, context: z.looseObject({ cluster: z.string(), user: z.string() }) })),
  "current-context": z.string().optional().catch(undefined),
});

type WireKubeconfig = z.output<typeof wireKubeconfig>;

/** One context with all that it names. */
export interface KubeconfigEntry {
  readonly context: WireKubeconfig["contexts"][number];
  readonly cluster: WireKubeconfig["clusters"][number];
  readonly user: WireKubeconfig["users"][number];
}

/** Undefined where there is no such context. `operation`: what told it. Throws CloudError Unavailable where it names what is not there. */
export function entryOf(operation: string, wire: WireKubeconfig, contextName: string): KubeconfigEntry | undefined {
  const context = byName(wire.contexts, contextName);
  if (context === undefined) return undefined;
  const cluster = byName(wire.clusters, context.context.cluster);
  const user = byName(wire.users, context.context.user);
  if (cluster === undefined || user === undefined) {
    throw unreadable(operation, `context ${context.name} names no cluster or no user`);
  }
  return { context, cluster, user };
}

/** One cluster, one user, one context. */
export function kubeconfigOf({ context, cluster, user }: KubeconfigEntry): Kubeconfig {
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
