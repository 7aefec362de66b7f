// The certificate of a cluster (4.1.8): a kubeconfig in JSON, of its own making or as `--kubeconfig` says.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../../../lib/errors.ts";
import { parseInput } from "../../simulation/refusal.ts";
import type { Cce, Cluster, ServedKubeconfig } from "./state.ts";
import { selfSigned } from "./x509.ts";

const named = <Key extends string, Value extends z.ZodType>(key: Key, value: Value) =>
  z.array(z.object({ name: z.string(), [key]: value } as { name: z.ZodString } & Record<Key, Value>));

const kubeconfigFile = z.object({
  "current-context": z.string(),
  contexts: named("context", z.object({ cluster: z.string(), user: z.string() })),
  clusters: named("cluster", z.looseObject({ server: z.string() })),
  users: named("user", z.looseObject({})),
});

/**
 * Reads the server, CA and client certificate of a kubeconfig's current context, given inline or as files. Throws an
 * `Error` that names the file where it cannot be read or has no client certificate.
 */
export async function readKubeconfig(file: string): Promise<ServedKubeconfig> {
  try {
    const config = parseInput(kubeconfigFile, parse(await readFile(file, "utf8")));
    const context = config.contexts.find(({ name }) => name === config["current-context"])?.context;
    const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
    const user = config.users.find(({ name }) => name === context?.user)?.user;
    if (cluster === undefined || user === undefined) throw new Error("its current context names nothing");
    const folder = dirname(file);
    const [certificateAuthorityData, clientCertificateData, clientKeyData] = await Promise.all([
      base64Of(cluster, "certificate-authority", folder),
      base64Of(user, "client-certificate", folder),
      base64Of(user, "client-key", folder),
    ]);
    return { server: cluster.server, certificateAuthorityData, clientCertificateData, clientKeyData };
  } catch (error) {
    throw new Error(`the kubeconfig ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function base64Of(holder: Record<string, unknown>, key: string, folder: string): Promise<string> {
  const data = holder[`${key}-data`];
  if (typeof data === "string") return data;
  const file = holder[key];
  if (typeof file === "string") return (await readFile(resolve(folder, file))).toString("base64");
  throw new Error(`it has no ${key}`);
}

const DAY_MS = 86_400_000;

/** What was made for a cluster; the same until its end is moved. */
const made = new WeakMap<Cce, Map<string, ServedKubeconfig>>();

/** 4.1.8: without an EIP the context `internal` alone; the external one does not verify the server. */
export function certificateOnWire(cluster: Cluster, cce: Cce): unknown {
  const config = configOf(cluster, cce);
  const clusters = [
    {
      name: "internalCluster",
      cluster: { server: cluster.internalUrl, "certificate-authority-data": config.certificateAuthorityData },
    },
  ];
  const contexts = [{ name: "internal", context: { cluster: "internalCluster", user: "user" } }];
  const external = {
    name: "externalCluster",
    cluster: { server: cluster.externalUrl, "insecure-skip-tls-verify": true },
  };
  const isExternal = cluster.externalUrl !== "";
  return {
    kind: "Config",
    apiVersion: "v1",
    preferences: {},
    clusters: isExternal ? [...clusters, external] : clusters,
    users: [
      {
        name: "user",
        user: { "client-certificate-data": config.clientCertificateData, "client-key-data": config.clientKeyData },
      },
    ],
    contexts: isExternal
      ? [...contexts, { name: "external", context: { cluster: "externalCluster", user: "user" } }]
      : contexts,
    "current-context": isExternal ? "external" : "internal",
  };
}

/** A colleague who moves the end of a served certificate gets one of the simulator's: its server does not know it. */
function configOf(cluster: Cluster, cce: Cce): ServedKubeconfig {
  const served = cce.rules.kubeconfig;
  if (served === undefined) return certificateOf(cluster, cce);
  if (cluster.certificateNotAfter === "") return served;
  const { clientCertificateData, clientKeyData } = certificateOf(cluster, cce);
  return { ...served, clientCertificateData, clientKeyData };
}

function certificateOf(cluster: Cluster, cce: Cce): ServedKubeconfig {
  const known = made.get(cce) ?? new Map<string, ServedKubeconfig>();
  made.set(cce, known);
  const key = `${cluster.id} ${cluster.certificateNotAfter}`;
  const config = known.get(key) ?? makeCertificate(cluster);
  known.set(key, config);
  return config;
}

function makeCertificate(cluster: Cluster): ServedKubeconfig {
  const notAfter = new Date(cluster.certificateNotAfter);
  // One that ended before its cluster was made was valid for a day.
  const notBeforeMs = Math.min(Date.parse(cluster.createdAt), notAfter.getTime() - DAY_MS);
  const { certificatePem, keyPem } = selfSigned(cluster.name, new Date(notBeforeMs), notAfter);
  const certificate = Buffer.from(certificatePem).toString("base64");
  return {
    server: cluster.internalUrl,
    certificateAuthorityData: certificate,
    clientCertificateData: certificate,
    clientKeyData: Buffer.from(keyPem).toString("base64"),
  };
}
