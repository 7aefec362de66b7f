// Requests with proof of who sends them, within the account's budget: a success comes back as its answer, all else is thrown.
import type * as z from "zod";
import { stringifyExactly } from "../../lib/exact-json.ts";
import type { Permit } from "../budget/budget.ts";
import type { SessionBudget } from "../budget/session-budget.ts";
import type { CloudDeps } from "../contract.ts";
import { CloudError } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { HttpSession, type HttpLimits } from "../http/http.ts";
import type { Carrier } from "../http/follow.ts";
import { redactor } from "../http/message.ts";
import type { Upload } from "../http/request.ts";
import type { ErrorOf } from "./error-table.ts";
import { parseJson, readJson } from "./json.ts";
import { encodePath, encodeQuery, textOf, type Path, type QueryItem } from "./uri.ts";

/** One host of a cloud, with its pool of connections. */
export interface Service {
  readonly endpoint: Endpoint;
  /** The endpoint's own path as it goes on the wire; empty where the API lies at the root. */
  readonly encodedBasePath: string;
  readonly http: HttpSession;
}

export function serviceAt(endpoint: Endpoint, deps: CloudDeps, limits: HttpLimits = {}): Service {
  return { endpoint, encodedBasePath: encodePath(endpoint.basePath), http: new HttpSession(endpoint, deps, limits) };
}

export interface Request<Operation extends string> {
  readonly operation: Operation;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Decoded, below the endpoint's own path. */
  readonly path: Path;
  readonly query?: readonly QueryItem[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON, and said to be. */
  readonly body?: unknown;
  /** In place of a body. No proof covers it. */
  readonly upload?: Upload | undefined;
  /** What is in the body and no message may show. */
  readonly secrets?: readonly string[] | undefined;
  /** A success may be plain text; left out: it is JSON or empty. */
  readonly answersText?: true;
  readonly signal: AbortSignal;
}

/** What a proof may cover. */
export interface ProvableRequest {
  /** Upper case. */
  readonly method: string;
  /** Decoded, with the endpoint's own path; `encodePath` of it is what goes on the wire. */
  readonly path: string;
  /** Decoded; `encodeQuery` of it is what goes on the wire. */
  readonly query: readonly QueryItem[];
  /** In lower case; `host` is among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

export interface Proof {
  /** To be added to the request's own. */
  readonly headers: Readonly<Record<string, string>>;
  /** What no message may show. */
  readonly secrets: readonly string[];
}

/** How requests prove who sends them. The optional members are for proofs that have to be got first and expire. */
export interface Authenticator {
  /** Throws CloudError, FencedError or the signal's reason. Called when the request is about to go out. */
  readonly prove: (request: ProvableRequest, signal: AbortSignal) => Promise<Proof>;
  /** Makes sure that `prove` needs no request of its own now. Throws as it does. */
  readonly ready?: (signal: AbortSignal) => Promise<void>;
  /** The cloud answered 401: forgets that proof; another is tried, once. Left out: it would be refused as the first. */
  readonly refused?: (proof: Proof) => void;
  /** That other proof was refused too. */
  readonly refusedAgain?: (error: CloudError) => void;
}

/** Requests to one host; see `Requests`. */
export interface Client<Operation extends string> {
  readonly send: (request: Request<Operation>) => Promise<HttpAnswer>;
  readonly read: <T extends z.ZodType>(
    request: Request<Operation>,
    schema: T,
  ) => Promise<{ value: z.output<T>; answer: HttpAnswer }>;
}

interface Attempt {
  readonly answer: HttpAnswer;
  readonly error: CloudError | undefined;
  readonly proof: Proof;
}

export interface RequestsOptions<Operation extends string> {
  readonly authenticator: Authenticator;
  readonly budget: SessionBudget;
  readonly errorOf: ErrorOf<Operation>;
  /** Default: by its status. */
  readonly isSuccess?: (answer: HttpAnswer) => boolean;
}

export class Requests<Operation extends string> {
  readonly #options: RequestsOptions<Operation>;

  constructor(options: RequestsOptions<Operation>) {
    this.#options = options;
  }

  /**
   * Sends it once, and once more with another proof where the first was refused (401), which proves that nothing was done.
   * Throws CloudError, FencedError or the signal's reason. A success with a body that is not JSON is `Unavailable`: something
   * between us and the cloud spoke, and of a write nobody knows then what it did.
   */
  async send(service: Service, request: Request<Operation>): Promise<HttpAnswer> {
    const { authenticator, budget } = this.#options;
    const { method, signal } = request;
    const permit = await budget.acquire({ class: method === "GET" ? "reads" : "writes", signal });
    const first = await this.#attempt(service, request, permit);
    if (first.answer.status !== 401 || authenticator.refused === undefined) return accepted(request, first);
    authenticator.refused(first.proof);
    // Within the same turn: what was refused so was not carried out, and a create must not wait between its journal and its POST.
    const second = await this.#attempt(service, request, permit);
    if (second.error?.kind === "Unauthenticated") authenticator.refusedAgain?.(second.error);
    return accepted(request, second);
  }

  /** Sends it and reads the answer by `schema`; what does not fit it is CloudError `Unavailable`. */
  async read<T extends z.ZodType>(
    service: Service,
    request: Request<Operation>,
    schema: T,
  ): Promise<{ value: z.output<T>; answer: HttpAnswer }> {
    const answer = await this.send(service, request);
    return { value: readJson(request.operation, answer.body, schema), answer };
  }

  /** The lines of a GET that goes on. Throws as `send` does, at the beginning and on the way; a proof that is refused is not renewed. */
  async follow(service: Service, request: Request<Operation>, carrier: Carrier): Promise<AsyncIterable<string>> {
    const permit = await this.#options.budget.acquire({ class: "reads", signal: request.signal });
    const { whole, target, proof } = await this.#proved(service, request);
    const { operation, method, signal } = request;
    const followed = await service.http.follow({ operation, method, target, headers: whole, signal }, carrier);
    if (!("status" in followed)) return followed;
    throw this.#refusal(request, { answer: followed, proof, permit });
  }

  /** All of them to this one host. */
  to(service: Service): Client<Operation> {
    return {
      send: (request) => this.send(service, request),
      read: (request, schema) => this.read(service, request, schema),
    };
  }

  /** Gets the proof that the next request needs, so that it goes out without another. Throws as `send` does. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.#options.authenticator.ready?.(signal);
  }

  async #attempt(service: Service, request: Request<Operation>, permit: Permit): Promise<Attempt> {
    const { operation, method, signal } = request;
    const { whole, target, body, proof } = await this.#proved(service, request);
    const answer = await service.http.send({
      operation,
      method,
      target,
      headers: whole,
      body: request.upload ?? body,
      signal,
    });
    const { isSuccess = hasGoodStatus } = this.#options;
    if (isSuccess(answer)) return { answer, error: undefined, proof };
    return { answer, error: this.#refusal(request, { answer, proof, permit }), proof };
  }

  async #proved(service: Service, request: Request<Operation>) {
    const { target, headers, body, ...decoded } = wireForm(service, request);
    const { host } = service.endpoint;
    const provable = { ...decoded, headers: { ...headers, host }, body };
    const proof = await this.#options.authenticator.prove(provable, request.signal);
    const whole = { ...headers, ...proof.headers };
    assertSendable(request.operation, whole);
    return { whole, target, body, proof };
  }

  #refusal(
    { operation, secrets = [] }: Request<Operation>,
    { answer, proof, permit }: { answer: HttpAnswer; proof: Proof; permit: Permit },
  ): CloudError {
    const error = this.#options.errorOf(operation, answer, redactor([...proof.secrets, ...secrets]));
    if (error.kind === "Throttled") permit.throttled(error.retryAfterMs);
    return error;
  }
}

/** The client of HTTP would refuse it before there is a connection, which would read as one that fails. Names the header alone. */
function assertSendable(operation: string, headers: Readonly<Record<string, string>>): void {
  const odd = Object.entries(headers).find(([, value]) => !HEADER_VALUE.test(value));
  if (odd === undefined) return;
  const message = `${operation} was not sent: what belongs into its header ${odd[0]} holds a character that HTTP does not take there`;
  throw new CloudError("Rejected", { message, advice: "Correct the spec of the account" });
}

/** RFC 9110, section 5.5. */
const HEADER_VALUE = /^[\t\x20-\x7E\x80-\xFF]*$/;

function hasGoodStatus({ status }: HttpAnswer): boolean {
  return status < 300;
}

function accepted({ operation, answersText }: Request<string>, { answer, error }: Attempt): HttpAnswer {
  if (error !== undefined) throw error;
  if (answersText === undefined && answer.body.trim() !== "") parseJson(operation, answer.body);
  return answer;
}

function wireForm({ endpoint, encodedBasePath }: Service, request: Request<string>) {
  const query = request.query ?? [];
  const below = encodedBasePath + encodePath(request.path);
  const body = request.body === undefined ? undefined : stringifyExactly(request.body);
  return {
    method: request.method,
    path: endpoint.basePath + textOf(request.path),
    query,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(request.upload && headersOf(request.upload)),
      ...request.headers,
    },
    body,
    target: query.length === 0 ? below : `${below}?${encodeQuery(query)}`,
  };
}

/** With its length: not every service reads a body that does not tell it. */
function headersOf({ contentType, sizeBytes }: Upload): Readonly<Record<string, string>> {
  return { "content-type": contentType, "content-length": String(sizeBytes) };
}
