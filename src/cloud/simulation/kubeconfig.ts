// What `--kubeconfig FILE` has a simulated cluster serve: the server, CA and client certificate of a kubeconfig's current context.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { messageOf } from "../../lib/errors.ts";
import { parseInput } from "./refusal.ts";

/** The parts of a kubeconfig that a cloud hands out, base64 where `Data`. */
export interface ServedKubeconfig {
  readonly server: string;
  readonly certificateAuthorityData: string;
  readonly clientCertificateData: string;
  readonly clientKeyData: string;
}

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
