// The real kube-apiserver behind the simulator (`--kubeconfig`), as far as the simulator speaks with it: JSON over one pool.
import { Pool } from "undici";
import { messageOf } from "../../../../lib/errors.ts";
import { Refusal } from "../../../simulation/refusal.ts";

/** What the API server refused, with the status that the cloud hands on. */
export class ApiRefusal extends Refusal {
  /** Kubernetes' own, such as `AlreadyExists`. */
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    // 422 is none of the codes of 1.11.
    super(status === 422 ? 400 : status, message);
    this.name = "ApiRefusal";
    this.reason = reason;
  }
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface ApiServer {
  /** The JSON of a 2xx. Throws an {@link ApiRefusal}, or a `Refusal` with 503 where no answer comes. */
  send(request: ApiRequest): Promise<unknown>;
  close(): Promise<void>;
}

/** Connects to nothing yet. Throws an `Error` that names the file where that is no kubeconfig. */
export async function connectApiServer(kubeconfigFile: string): Promise<ApiServer> {
  // Only whoever gives a kubeconfig waits for a library to load.
  const { accessOf } = await import("./access.ts");
  const { server, tls, token } = await accessOf(kubeconfigFile).catch((error: unknown) => {
    throw new Error(`the kubeconfig ${kubeconfigFile}: ${messageOf(error)}`, { cause: error });
  });
  const pool = new Pool(server.origin, { connections: 32, connect: tls });
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    async send({ method, path, query, body, contentType = "application/json" }) {
      const search = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
      const headers = { accept: "application/json", "content-type": contentType, ...authorization };
      const payload = body === undefined ? null : JSON.stringify(body);
      const answer = await pool
        .request({ method, path: `${server.pathname.replace(/\/$/, "")}${path}${search}`, headers, body: payload })
        .catch((error: unknown) => {
          throw new Refusal(503, `the API server behind the simulator does not answer: ${messageOf(error)}`);
        });
      const json: unknown = await answer.body.json();
      if (answer.statusCode < 300) return json;
      const { reason = "", message = "" } = json as { reason?: string; message?: string };
      throw new ApiRefusal(answer.statusCode, reason, message);
    },
    close: () => pool.close(),
  };
}
