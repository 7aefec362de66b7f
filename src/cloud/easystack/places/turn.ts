// A turn in a place: confirmation, then calls that act where the session stands (1.12, "switch"). Nothing is sent where the server has not
// just confirmed that it stands in the place that is meant.
import * as z from "zod";
import { CloudError } from "../../errors.ts";
import type { HttpAnswer } from "../../http/answer.ts";
import { redactor } from "../../http/message.ts";
import { orAbsent } from "../../kit/error-table.ts";
import { parseJson, readJson } from "../../kit/json.ts";
import type { Authenticator, Client, Proof } from "../../kit/requests.ts";
import { listOf } from "../../kit/wire.ts";
import { PLACE_CALLS, SWITCH, type CallSpec, type PlaceOperation, type Product } from "../calls.ts";
import { requestOf, type CallTo } from "../client.ts";
import { errorOf, type Operation } from "../errors.ts";
import type { Proof as Shown } from "./apart.ts";
import type { Lane, Witness } from "./lane.ts";

export interface Place {
  readonly cluster: string;
  readonly namespace: string;
  readonly product: Product;
}

/** The place, the signal and the product are the turn's. */
export type CallHere = Omit<CallTo<PlaceOperation>, "signal" | "product">;

export interface TurnDeps {
  readonly place: Place;
  readonly lane: Lane;
  readonly projectId: () => Promise<string | undefined>;
  readonly authenticator: Authenticator;
  /** Its requests carry that proof and no other; an answer comes back as it is, but for 429. */
  readonly clientOf: (proof: Proof) => Client<Operation>;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

const standing = z.object({
  ecns_project_id: z.string(),
  ecns_cluster_name: z.string(),
  ecns_current_ns: listOf(z.string()),
});

export class Turn {
  readonly #deps: TurnDeps;
  #proof: Proof | undefined;
  /** The session has become another one, which stands nobody knows where. */
  #isLost = false;

  constructor(deps: TurnDeps) {
    this.#deps = deps;
  }

  /** As confirm, but that a confirmation of a moment ago does. */
  async begin(): Promise<void> {
    const { lane, nowMs } = this.#deps;
    if (!lane.wasConfirmed(nowMs(), tokenOf(await this.#proven()))) await this.confirm();
  }

  /** Throws CloudError PlaceNotConfirmed, which is no unknown outcome: nothing was sent. Or why nothing can be sent at all. */
  async confirm(): Promise<void> {
    const { place, projectId } = this.#deps;
    const { cluster, namespace } = place;
    const project = (await projectId()) ?? "";
    const names = { project, cluster, namespace };
    const answer = await this.#switch(names).catch((error: unknown) => {
      throw unconfirmed(place, error);
    });
    const told = standing.safeParse(jsonOf(answer));
    const isThere =
      told.success &&
      told.data.ecns_project_id === project &&
      told.data.ecns_cluster_name === cluster &&
      told.data.ecns_current_ns.length === 1 &&
      told.data.ecns_current_ns[0] === namespace;
    const codes = told.success ? [ANOTHER_PLACE] : [];
    if (!isThere) throw notConfirmed(place, "the server confirms another one", { codes });
    this.#isLost = false;
    const { lane, nowMs } = this.#deps;
    lane.confirmed(nowMs(), tokenOf(this.#proof));
  }

  /** Reads in the place. Throws CloudError Unavailable where the session was lost meanwhile: what came may be of another place. */
  async read<T extends z.ZodType>(call: CallHere, schema: T): Promise<z.output<T>> {
    const answer = await this.#inPlace(call);
    return readJson(call.operation, answer.body, schema);
  }

  /** The same, with the answer itself: lists in pages and clocks need it. */
  async readAnswer<T extends z.ZodType>(
    call: CallHere,
    schema: T,
  ): Promise<{ readonly value: z.output<T>; readonly answer: HttpAnswer }> {
    const answer = await this.#inPlace(call);
    return { value: readJson(call.operation, answer.body, schema), answer };
  }

  /** The same for an answer that may be no JSON: its body as it is. */
  async readText(call: CallHere): Promise<string> {
    return (await this.#inPlace(call, "Text")).body;
  }

  /** `Absent` where there is none in this turn. That there is none, two turns prove (Places.isAbsent). */
  find<T extends z.ZodType>(call: CallHere, schema: T): Promise<z.output<T> | "Absent"> {
    return orAbsent(this.read(call, schema));
  }

  /** That object was shown in this turn, and lies in its place. */
  saw(witness: Witness): void {
    this.#deps.lane.saw(witness);
  }

  /**
   * What another lane shows while this turn's stands here, for which that one is not confirmed again: whether it has stayed where it was. A
   * read; changes nothing. Throws no CloudError.
   */
  async lookInto(other: Lane): Promise<Shown> {
    const { witness } = other;
    if (witness === undefined) return "Ended";
    const { kind, name, uid } = witness;
    const view = { operation: "ViewYaml", names: { kind, name } } as const;
    const answer = await this.#send(view, PLACE_CALLS.ViewYaml, other).catch(unanswered);
    if (answer === undefined || other.take(answer, this.#deps.nowMs()) === "Another") return "Ended";
    if (answer.status === 200) return answer.body.includes(uid) ? "Stayed" : "Moved";
    if (answer.status !== 404) return "Ended";
    // It may have been deleted: the next look is for another one.
    other.saw(undefined);
    return "Unclear";
  }

  /**
   * One write, confirmed right before. Where the session was lost in between it is Unavailable, an unknown outcome: it may have acted in
   * another place, and whoever sent it looks there too.
   */
  async write(call: CallHere): Promise<HttpAnswer> {
    await this.confirm();
    return this.#inPlace(call);
  }

  async #inPlace(call: CallHere, form?: "Text"): Promise<HttpAnswer> {
    if (this.#isLost) throw sessionLost(call.operation);
    const answer = await this.#withProof(async () => this.#send(call, PLACE_CALLS[call.operation]));
    if (this.#deps.lane.take(answer, this.#deps.nowMs()) === "Another") this.#isLost = true;
    // Requests of one turn may be under way together: what another one has lost, this one has too.
    if (this.#isLost) throw sessionLost(call.operation, answer.status >= 300);
    return this.#accepted(call.operation, answer, { secrets: call.secrets, form });
  }

  /** Whatever session it begins stands there. */
  async #switch(names: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    const { lane, nowMs } = this.#deps;
    const answer = await this.#withProof(() => this.#send({ operation: "SwitchPlace", names }, SWITCH), "Switch");
    lane.take(answer, nowMs());
    return this.#accepted("SwitchPlace", answer);
  }

  /** A proof that is refused was no request: another one follows, once, and with it may come another session, to be confirmed first. */
  async #withProof(send: () => Promise<HttpAnswer>, what?: "Switch"): Promise<HttpAnswer> {
    const { authenticator } = this.#deps;
    const first = await send();
    if (first.status !== 401 || this.#proof === undefined) return first;
    authenticator.refused?.(this.#proof);
    this.#proof = undefined;
    if (what !== "Switch") await this.confirm();
    const second = await send();
    if (second.status === 401) authenticator.refusedAgain?.(this.#errorOf("SwitchPlace", second));
    return second;
  }

  async #send<O extends Operation>(
    call: Omit<CallTo<O>, "signal" | "product">,
    spec: CallSpec,
    lane = this.#deps.lane,
  ): Promise<HttpAnswer> {
    const { place, signal, clientOf } = this.#deps;
    const request = requestOf({ ...call, product: place.product, signal }, spec);
    return clientOf(await this.#proven()).send({ ...request, headers: lane.headers(), answersText: true });
  }

  /** One for the whole turn: sessions may hang on it. */
  async #proven(): Promise<Proof> {
    const { authenticator, signal } = this.#deps;
    this.#proof ??= await authenticator.prove(NOTHING, signal);
    return this.#proof;
  }

  #accepted(
    operation: Operation,
    answer: HttpAnswer,
    { secrets, form }: { secrets?: readonly string[] | undefined; form?: "Text" | undefined } = {},
  ): HttpAnswer {
    if (answer.status >= 300) throw this.#errorOf(operation, answer, secrets);
    if (form !== "Text" && answer.body.trim() !== "") parseJson(operation, answer.body);
    return answer;
  }

  #errorOf(operation: Operation, answer: HttpAnswer, secret: readonly string[] = []): CloudError {
    const secrets = [...(this.#proof?.secrets ?? []), ...this.#deps.lane.secrets(), ...secret];
    return errorOf(operation, answer, redactor(secrets));
  }
}

function unanswered(error: unknown): undefined {
  if (!(error instanceof CloudError)) throw error;
}

/** What tells one proof from another. */
function tokenOf(proof: Proof | undefined): string {
  return proof?.secrets.join(" ") ?? "";
}

/** A token covers no request. */
const NOTHING = { method: "GET", path: "", query: [], headers: {} };

/** What says nothing about the place itself. */
const ELSEWHERE: ReadonlySet<CloudError["kind"]> = new Set([
  "Forbidden",
  "Throttled",
  "Unauthenticated",
  "Unreachable",
  "ProjectNotFound",
]);

function unconfirmed(place: Place, error: unknown): unknown {
  if (!(error instanceof CloudError) || ELSEWHERE.has(error.kind)) return error;
  return notConfirmed(place, error.message, { cause: error });
}

/** Whether the server has said that nobody of ours gets in there, so that no session of ours has stood there. It has not where it only failed. */
export function isOutOfReach(error: unknown): boolean {
  if (!(error instanceof CloudError)) return false;
  const { kind, cause } = error;
  if (kind !== "PlaceNotConfirmed") return kind === "NotFound" || kind === "Forbidden";
  return !(cause instanceof CloudError) || cause.kind === "Rejected" || isOutOfReach(cause);
}

export function notConfirmed(
  { cluster, namespace }: Place,
  why: string,
  rest: { readonly cause?: unknown; readonly codes?: readonly string[] } = {},
): CloudError {
  const message = `That the session stands in ${cluster}/${namespace} was not confirmed: ${why}. Nothing was sent`;
  return new CloudError("PlaceNotConfirmed", { message, ...rest });
}

/** Among the codes of a CloudError: a session was seen to stand elsewhere than it was told to. */
export const ANOTHER_PLACE = "AnotherPlace";

function sessionLost(operation: string, isRefused = false): CloudError {
  const message = `${operation}: the server has begun another session meanwhile, so that it may have acted in another place`;
  return new CloudError("Unavailable", { message, codes: [SESSION_LOST, ...(isRefused ? [REFUSED] : [])] });
}

const SESSION_LOST = "SessionLost";
const REFUSED = "Refused";

/** A read may be tried again at once; where a write has acted, nobody knows. */
export function isSessionLost(error: unknown): boolean {
  return error instanceof CloudError && error.codes.includes(SESSION_LOST);
}

/** Of a session that was lost: whether the place where it acted took nothing. */
export function refusedElsewhere(error: unknown): boolean {
  return isSessionLost(error) && error instanceof CloudError && error.codes.includes(REFUSED);
}

function jsonOf({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
