// A lane: the session of one place at the server, as far as its cookie tells of it. The reference does not say what a session hangs on.
import type { HttpAnswer } from "../../http/answer.ts";

const COOKIE = "sessionid";
/** A session that ends sooner is left for a new one before a turn begins, or in the last fifth of its life. */
const LEAST_LEFT_MS = 30_000;
const LEAST_PART = 0.2;

interface Session {
  readonly id: string;
  /** By the monotonic clock; both are Infinity where the cookie tells no end. */
  readonly endsAtMs: number;
  readonly lifetimeMs: number;
}

export class Lane {
  #session: Session | undefined;

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
    if (endsAtMs - nowMs < Math.max(LEAST_LEFT_MS, lifetimeMs * LEAST_PART)) this.#session = undefined;
  }

  /** Takes what the answer tells. Returns whether the answer came of another session than the request was meant for. */
  take({ headers }: HttpAnswer, nowMs: number): "Same" | "Another" {
    const given = sessionIn(headers.get("set-cookie") ?? "", nowMs);
    if (given === undefined || given.id === this.#session?.id) return "Same";
    this.#session = given;
    return "Another";
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
