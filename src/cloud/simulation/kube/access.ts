// Where a kubeconfig says that the API server is, and by what it lets us in. A file of its own because the library is imported by name
// here: of one that is imported as a whole, nothing can be left out of the image.
import { readFile } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";

interface Access {
  readonly server: URL;
  readonly tls: { ca?: string; cert?: string; key?: string; rejectUnauthorized: boolean };
  readonly token: string | undefined;
}

/** By the file's current context. Throws an `Error` where that is no kubeconfig. */
export async function accessOf(file: string): Promise<Access> {
  const config = new KubeConfig();
  config.loadFromFile(file);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!cluster || !user) throw new Error("its current context names no cluster and user");
  const ca = await content(cluster.caData, cluster.caFile);
  const cert = await content(user.certData, user.certFile);
  const key = await content(user.keyData, user.keyFile);
  return {
    server: new URL(cluster.server),
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      rejectUnauthorized: !cluster.skipTLSVerify,
    },
    token: user.token,
  };
}

/** Given inline, base64, or as a file. */
async function content(data: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  return file === undefined ? undefined : readFile(file, "utf8");
}
