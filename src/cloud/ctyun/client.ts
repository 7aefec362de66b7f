// Signed requests to one CTYUN endpoint within the account's budget: a success comes back as its answer, all else is thrown.
import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { HttpSession } from "../http/http.ts";
import type { HttpAnswer } from "../http/answer.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { redactor } from "../http/message.ts";
import type { SessionBudget } from "../budget/session-budget.ts";
import { errorOf, unreadable, type Operation } from "./errors.ts";
import { authorization, encodePath, encodeQuery, type QueryItem, type SigningKey } from "./signer.ts";

export interface Call {
  readonly operation: Operation;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Decoded, below the endpoint's own path. */
  readonly path: string;
  readonly query?: readonly QueryItem[];
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

export interface ClientOptions {
  readonly endpoint: Endpoint;
  readonly key: SigningKey;
  readonly http: HttpSession;
  readonly budget: SessionBudget;
  readonly clock: Clock;
}

export class CtyunClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Sends it once. Throws CloudError (errors.ts), FencedError or the signal's reason. A success with a body that is not JSON
   * is `Unavailable`: something between us and the cloud spoke, and of a write nobody knows then what it did.
   */
  async send(call: Call): Promise<HttpAnswer> {
    const { http, budget } = this.#options;
    const permit = await budget.acquire({ class: call.method === "GET" ? "reads" : "writes", signal: call.signal });
    const { credential, ...request } = this.#signed(call);
    const answer = await http.send({ ...request, operation: call.operation, signal: call.signal });
    if (answer.status < 300) {
      if (answer.body.trim() !== "") parseJson(call.operation, answer.body);
      return answer;
    }
    const error = errorOf(call.operation, answer, redactor(this.#secrets(credential)));
    if (error.kind === "Throttled") permit.throttled(error.retryAfterMs);
    throw error;
  }

  /** Sends it and reads the answer by `schema`; what does not fit it is CloudError `Unavailable`. */
  async read<T extends z.ZodType>(call: Call, schema: T): Promise<{ value: z.output<T>; answer: HttpAnswer }> {
    const answer = await this.send(call);
    const result = schema.safeParse(parseJson(call.operation, answer.body));
    if (!result.success) throw unreadable(call.operation, `unexpected ${result.error.issues[0]?.path.join(".") ?? ""}`);
    return { value: result.data, answer };
  }

  #signed(call: Call) {
    const { endpoint, key, clock } = this.#options;
    const { method } = call;
    const query = call.query ?? [];
    const path = endpoint.basePath + call.path;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
    const credential = authorization(
      { method, path, query, headers: { ...headers, host: endpoint.host } },
      {
        key,
        signedHeaders: ["host", ...Object.keys(headers)],
        timestampSeconds: Math.floor(clock.now() / 1000),
      },
    );
    const target = query.length === 0 ? encodePath(path) : `${encodePath(path)}?${encodeQuery(query)}`;
    return { method, target, headers: { ...headers, authorization: credential }, body, credential };
  }

  /** The credential of a request is one too: it covers neither time nor body, so whoever reads it can use it. */
  #secrets(credential: string): string[] {
    const { accessKey, secretKey } = this.#options.key;
    return [accessKey, secretKey, credential, credential.slice(credential.lastIndexOf("/") + 1)];
  }
}

/** The parser's own error would quote the body, which may hold a password. */
function parseJson(operation: Operation, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable(operation, "not JSON");
  }
}
