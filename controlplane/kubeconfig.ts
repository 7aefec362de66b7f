// Kubeconfig files: written for the administrator and for ServiceAccounts, read back for server and CA.
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";

/** Either a client certificate or a bearer token; certificate and key are PEM. */
export type Credentials = { certificate: string; key: string } | { token: string };

export interface Cluster {
  server: string;
  caPem: string;
}

interface KubeconfigFile {
  clusters?: { cluster?: { server?: string; "certificate-authority-data"?: string } }[];
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A kubeconfig with one context, everything embedded, so that the file can be moved. */
export function renderKubeconfig({ server, caPem }: Cluster, user: string, credentials: Credentials): string {
  const userEntry =
    "token" in credentials
      ? { token: credentials.token }
      : { "client-certificate-data": base64(credentials.certificate), "client-key-data": base64(credentials.key) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "yunfan", cluster: { server, "certificate-authority-data": base64(caPem) } }],
    users: [{ name: user, user: userEntry }],
    contexts: [{ name: "yunfan", context: { cluster: "yunfan", user } }],
    "current-context": "yunfan",
  });
}

/** Replaces `file` in one step with mode 0600, since it holds a credential; makes its folder where that is missing. */
export async function writeKubeconfig(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  // Of its own for each call: two of one process may write the same file at once.
  const draft = `${file}.${randomUUID()}.tmp`;
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, file);
}

/** The server and CA of a kubeconfig made by `renderKubeconfig`; throws on any other file. */
export async function readCluster(file: string): Promise<Cluster> {
  const cluster = (parse(await readFile(file, "utf8")) as KubeconfigFile).clusters?.[0]?.cluster;
  const ca = cluster?.["certificate-authority-data"];
  if (cluster?.server === undefined || ca === undefined) {
    throw new Error(`${file} is no kubeconfig with a server and an embedded CA`);
  }
  return { server: cluster.server, caPem: Buffer.from(ca, "base64").toString("utf8") };
}
