// A lane: the session of one place at the server, as far as its cookie tells of it. The reference does not say what a session hangs on.
import type { HttpAnswer } from "../../http/answer.ts";

const COOKIE = "sessionid";
/** A session that ends sooner is left for a new one before a turn begins, or in the last fifth of its life. */
const LEAST_LEFT_MS = 30_000;
const LEAST_PART = 0.2;
/** A confirmation is so old at most where turns do without one. */
const CONFIRMED_FOR_MS = 60_000;

/** An object that a turn has seen in its place: whoever sees it again through that session stands there. */
export interface Witness {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

interface Session {
  readonly id: string;
  /** By the monotonic clock; both are Infinity where the cookie tells no end. */
  readonly endsAtMs: number;
  readonly lifetimeMs: number;
}

export class Lane {
  #session: Session | undefined;
  #witness: Witness | undefined;
  #confirmed: { readonly atMs: number; readonly token: string } | undefined;

  /** Whether the server has given it a session of its own. */
  get hasSession(): boolean {
    return this.#session !== undefined;
  }

  /** Of the session that it has now. */
  get witness(): Witness | undefined {
    return this.#session === undefined ? undefined : this.#witness;
  }

  /** The server has just said that it stands in its place, to that token. */
  confirmed(atMs: number, token: string): void {
    this.#confirmed = { atMs, token };
  }

  /** Whether that was a short time ago, to the same token and of the session that it has now. */
  wasConfirmed(nowMs: number, token: string): boolean {
    if (this.#session === undefined || this.#confirmed?.token !== token) return false;
    return nowMs - this.#confirmed.atMs < CONFIRMED_FOR_MS;
  }

  /** The next turn begins with a confirmation. */
  distrust(): void {
    this.#confirmed = undefined;
  }

  saw(witness: Witness | undefined): void {
    this.#witness = witness;
  }

  /** To be sent with a request; a server that gives none hangs its sessions on something else. */
  headers(): Readonly<Record<string, string>> {
    return this.#session === undefined ? {} : { cookie: `${COOKIE}=${this.#session.id}` };
  }

  /** What no message may show. */
  secrets(): readonly string[] {
    return this.#session === undefined ? [] : [this.#session.id];
  }

  /** Leaves a session that is about to end. */
  renew(nowMs: number): void {
    if (this.#session === undefined) return;
    const { endsAtMs, lifetimeMs } = this.#session;
    if (endsAtMs - nowMs < Math.max(LEAST_LEFT_MS, lifetimeMs * LEAST_PART)) this.#leaveFor(undefined);
  }

  /** Takes what the answer tells. Returns whether the answer came of another session than the request was meant for. */
  take({ headers }: HttpAnswer, nowMs: number): "Same" | "Another" {
    const given = sessionIn(headers.get("set-cookie") ?? "", nowMs);
    if (given === undefined || given.id === this.#session?.id) return "Same";
    this.#leaveFor(given);
    return "Another";
  }

  #leaveFor(session: Session | undefined): void {
    this.#session = session;
    this.#witness = undefined;
    this.#confirmed = undefined;
  }
}

function sessionIn(cookies: string, nowMs: number): Session | undefined {
  const [pair = "", ...attributes] = cookies
    .split("\n")
    .find((cookie) => cookie.startsWith(`${COOKIE}=`))
    ?.split(";")
    .map((part) => part.trim()) ?? [""];
  const id = pair.slice(COOKIE.length + 1);
  if (id === "") return undefined;
  const seconds = Number(attributes.find((one) => /^max-age=\d+$/i.test(one))?.slice("max-age=".length));
  const lifetimeMs = Number.isNaN(seconds) ? Number.POSITIVE_INFINITY : seconds * 1000;
  return { id, lifetimeMs, endsAtMs: nowMs + lifetimeMs };
}
