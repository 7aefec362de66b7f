// Our CRDs on the real API server, and a client that sees its plain answers.
import { readFile } from "node:fs/promises";
import { Client } from "undici";
import { parse } from "yaml";
import { crdFiles } from "../../src/crds/yaml.ts";
import { type Kubectl, kubectlOk } from "../support/apiserver/controlplane.ts";

/** Installs all CRDs and waits until they are served. Idempotent; returns what kubectl warned of. */
export async function installCrds(kubectl: Kubectl, crds: Iterable<string> = crdFiles().values()): Promise<string> {
  const manifest = [...crds].join("---\n");
  const { code, stderr } = await kubectl(["apply", "--server-side", "-f", "-"], { input: manifest });
  if (code !== 0) throw new Error(`the CRDs were refused: ${stderr}`);
  await kubectlOk(kubectl, ["wait", "--for=condition=Established", "--timeout=30s", "-f", "-"], manifest);
  return stderr;
}

/** An answer of the API server as it is. */
export interface Answer {
  status: number;
  body: { spec?: unknown; status?: unknown };
}

/** One kept-alive connection as administrator. */
export class Api {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async connect(kubeconfigPath: string): Promise<Api> {
    const { clusters, users } = parse(await readFile(kubeconfigPath, "utf8")) as Kubeconfig;
    const { cluster } = clusters[0]!;
    const { user } = users[0]!;
    const connect = {
      ca: fromBase64(cluster["certificate-authority-data"]),
      cert: fromBase64(user["client-certificate-data"]),
      key: fromBase64(user["client-key-data"]),
    };
    return new Api(new Client(cluster.server, { connect }));
  }

  async send(method: "POST" | "PUT", path: string, body: unknown): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    const answer = await this.#client.request({ method, path, headers, body: JSON.stringify(body) });
    return { status: answer.statusCode, body: (await answer.body.json()) as Answer["body"] };
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
}

function fromBase64(text: string): Buffer {
  return Buffer.from(text, "base64");
}
