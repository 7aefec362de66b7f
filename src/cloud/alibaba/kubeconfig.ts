// What opens a cluster: the caller's kubeconfig (2.5), long-lived or temporary, and the certificates (2.8).
import { parse } from "yaml";
import * as z from "zod";
import type { BlockOptions } from "../collection.ts";
import type { Cluster, ClusterCertificates, Kubeconfig, KubeconfigContext } from "../facets/clusters.ts";
import { unreadable } from "../kit/json.ts";
import { entryOf, kubeconfigOf, wireKubeconfig, type KubeconfigEntry } from "../kit/kubeconfig.ts";
import { pathOf } from "../kit/uri.ts";
import { instant, text } from "../kit/wire.ts";
import type { AckClient } from "./client.ts";
import { knownOptions } from "./options.ts";

const userConfig = z.object({ config: z.string().min(1), expiration: text });

/** The part of the options that a kubeconfig is made of; undefined: it is the long-lived one. */
export function askedKubeconfig(options: BlockOptions): BlockOptions | undefined {
  const { temporaryDurationMinutes } = knownOptions(options);
  return temporaryDurationMinutes === undefined ? undefined : { temporaryDurationMinutes };
}

/** Of the caller's own user. `cluster`: as GET shows it. */
export async function kubeconfigFor(
  client: AckClient,
  { id, endpoints }: Pick<Cluster, "id" | "endpoints">,
  { context, options }: { readonly context: KubeconfigContext; readonly options: BlockOptions },
  signal: AbortSignal,
): Promise<Kubeconfig | "NoSuchContext"> {
  const { wanted, other } = addressesOf(endpoints, context);
  if (wanted === "None") return "NoSuchContext";
  const { temporaryDurationMinutes: minutes } = knownOptions(options);
  const query = [
    ["PrivateIpAddress", String(context === "Internal")],
    ...(minutes === undefined ? [] : [["TemporaryDurationMinutes", String(minutes)] as const]),
  ] as const;
  const operation = "DescribeClusterUserKubeconfig";
  const path = pathOf("k8s", id, "user_config");
  const { value } = await client.read({ operation, method: "GET", path, query, signal }, userConfig);
  const entry = currentEntry(operation, value.config);
  // The reference does not say which of a cluster's addresses it shows.
  const isOther = wanted !== undefined && entry.cluster.cluster.server === other;
  return ending(kubeconfigOf(isOther ? served(entry, wanted) : entry), instant(value.expiration));
}

/** `{config}`, as the table of 2.8 says, or its three parts: the example is lost. */
const certs = z.union([
  z.object({ ca: z.string().min(1), cert: z.string().min(1), key: z.string().min(1) }),
  z.object({ config: z.string().min(1) }),
]);

/** Of dialect Reference; today they are what is in the kubeconfig. */
export async function certificatesOf(client: AckClient, id: string, signal: AbortSignal): Promise<ClusterCertificates> {
  const operation = "DescribeClusterCerts";
  const call = { operation, method: "GET", path: pathOf("clusters", id, "certs"), signal } as const;
  const { value } = await client.read(call, certs);
  if ("ca" in value) return { ca: value.ca, certificate: value.cert, key: value.key };
  const { cluster, user } = currentEntry(operation, value.config);
  const ca = pemOf(cluster.cluster["certificate-authority-data"]);
  const certificate = pemOf(user.user["client-certificate-data"]);
  const key = pemOf(user.user["client-key-data"]);
  if (ca === "" || certificate === "" || key === "") throw unreadable(operation, "a kubeconfig without certificates");
  return { ca, certificate, key };
}

/** `None`: the cluster has no such address; undefined: its addresses are not told. */
function addressesOf(
  endpoints: Cluster["endpoints"],
  context: KubeconfigContext,
): { readonly wanted: string | undefined; readonly other: string | undefined } {
  if (endpoints === undefined) return { wanted: undefined, other: undefined };
  const { internal, external } = endpoints;
  return context === "Internal"
    ? { wanted: internal ?? "None", other: external }
    : { wanted: external ?? "None", other: internal };
}

/** The parser's own error would quote the text, which is a secret. */
function currentEntry(operation: string, config: string): KubeconfigEntry {
  const wire = wireKubeconfig.safeParse(yamlOf(config));
  if (!wire.success) {
    throw unreadable(operation, `a kubeconfig with an unexpected ${wire.error.issues[0]?.path.join(".")}`);
  }
  const name = wire.data["current-context"] ?? wire.data.contexts[0]?.name ?? "";
  const entry = entryOf(operation, wire.data, name);
  if (entry === undefined) throw unreadable(operation, "a kubeconfig without a current context");
  return entry;
}

function yamlOf(config: string): unknown {
  try {
    return parse(config);
  } catch {
    return undefined;
  }
}

function served(entry: KubeconfigEntry, server: string): KubeconfigEntry {
  const { cluster } = entry;
  return { ...entry, cluster: { ...cluster, cluster: { ...cluster.cluster, server } } };
}

/** The cloud's word may come before the end of the certificate. `endMs`: NaN where it says nothing. */
function ending(kubeconfig: Kubeconfig, endMs: number): Kubeconfig {
  const ends = [kubeconfig.expiresAtMs, endMs].filter((ms) => ms !== undefined && !Number.isNaN(ms)) as number[];
  return { ...kubeconfig, expiresAtMs: ends.length === 0 ? undefined : Math.min(...ends) };
}

/** Base64 of PEM. */
function pemOf(data: unknown): string {
  return typeof data === "string" ? Buffer.from(data, "base64").toString("utf8") : "";
}
