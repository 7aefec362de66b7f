// Requests with proof of who sends them, within the account's budget: a success comes back as its answer, all else is thrown.
import type { Permit } from "../budget/budget.ts";
import type { CloudError } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { redactor } from "../http/message.ts";
import type { SessionBudget } from "../budget/session-budget.ts";
import type { Authenticator, Proof } from "./authentication.ts";
import { errorOf, type Operation } from "./errors.ts";
import type { Service } from "./services.ts";
import { encodePath, encodeQuery, type QueryItem } from "./signer.ts";
import { parseJson } from "./wire.ts";

export interface Request {
  readonly operation: Operation;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Decoded, below the endpoint's own path. */
  readonly path: string;
  readonly query?: readonly QueryItem[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What is in the body and no message may show. */
  readonly secrets?: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

interface Attempt {
  readonly answer: HttpAnswer;
  readonly error: CloudError | undefined;
  readonly proof: Proof;
}

export class Requests {
  readonly #authenticator: Authenticator;
  readonly #budget: SessionBudget;

  constructor(authenticator: Authenticator, budget: SessionBudget) {
    this.#authenticator = authenticator;
    this.#budget = budget;
  }

  /**
   * Sends it once, and once more with another proof where the first was refused (401), which proves that nothing was done.
   * Throws CloudError (errors.ts), FencedError or the signal's reason. A success with a body that is not JSON is `Unavailable`:
   * something between us and the cloud spoke, and of a write nobody knows then what it did.
   */
  async send(service: Service, request: Request): Promise<HttpAnswer> {
    const { method, signal } = request;
    const permit = await this.#budget.acquire({ class: method === "GET" ? "reads" : "writes", signal });
    const first = await this.#attempt(service, request, permit);
    if (first.answer.status !== 401 || !this.#authenticator.refused(first.proof)) return accepted(request, first);
    // Within the same turn: what was refused so did not reach CCE, and a create must not wait between its journal and its POST.
    const second = await this.#attempt(service, request, permit);
    if (second.error?.kind === "Unauthenticated") this.#authenticator.refusedAgain(second.error);
    return accepted(request, second);
  }

  ready(signal: AbortSignal): Promise<void> {
    return this.#authenticator.ready(signal);
  }

  async #attempt(service: Service, request: Request, permit: Permit): Promise<Attempt> {
    const { operation, method, signal } = request;
    const wire = wireForm(service, request);
    const { host } = service.endpoint;
    const proof = await this.#authenticator.prove({ ...wire, headers: { ...wire.headers, host } }, signal);
    const headers = { ...wire.headers, ...proof.headers };
    const answer = await service.http.send({
      operation,
      method,
      target: wire.target,
      headers,
      body: wire.body,
      signal,
    });
    if (answer.status < 300) return { answer, error: undefined, proof };
    const error = errorOf(operation, answer, redactor([...proof.secrets, ...(request.secrets ?? [])]));
    if (error.kind === "Throttled") permit.throttled(error.retryAfterMs);
    return { answer, error, proof };
  }
}

function accepted(request: Request, { answer, error }: Attempt): HttpAnswer {
  if (error !== undefined) throw error;
  if (answer.body.trim() !== "") parseJson(request.operation, answer.body);
  return answer;
}

/** Content-Type is required of every request, also of those without a body (4.1.5, 4.1.6). */
function wireForm({ endpoint, encodedBasePath }: Service, request: Request) {
  const query = request.query ?? [];
  const below = encodedBasePath + encodePath(request.path);
  return {
    method: request.method,
    path: endpoint.basePath + request.path,
    query,
    target: query.length === 0 ? below : `${below}?${encodeQuery(query)}`,
    headers: { "content-type": "application/json", ...request.headers },
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
  };
}
