// How often a password may be tried, and what all accounts of its user have found out together: clouds lock the user after some wrong
// ones, so that one account tries it for all.
import { createHash } from "node:crypto";
import { CloudError } from "../errors.ts";
import { SessionClosedError } from "./session-budget.ts";

/** How long a rejection holds, the first one and further ones in a row: users are locked after several within a quarter of an hour. */
const FIRST_REJECTION_MS = 600_000;
const LATER_REJECTION_MS = 3_600_000;

export interface Rejection {
  readonly error: CloudError;
  /** By the monotonic clock. */
  readonly untilMs: number;
}

/** Of one user with one password. Projects are told apart by opaque texts. */
export class LoginHistory {
  #running: Promise<unknown> | undefined;
  /** By project. */
  readonly #rejections = new Map<string, Rejection>();
  readonly #admitted = new Set<string>();
  readonly #wishes = new Set<string>();
  /** In a row. */
  #count = 0;

  /**
   * Logins go one by one: who waits for one that is rejected comes to know of that. One that the cloud's own trouble ends is the end of
   * those that waited for it too: one after the other would wait for the same. The end of its session is not theirs.
   */
  async inTurn<T>(login: () => Promise<T>): Promise<T> {
    while (this.#running) await this.#running.catch(rethrowTrouble);
    const running = login();
    this.#running = running;
    try {
      return await running;
    } finally {
      this.#running = undefined;
    }
  }

  /**
   * The rejection because of which no login for the project is tried now. One for another project may be for want of that project: the
   * second project is tried as well, and what is rejected for both is the password.
   */
  rejectionFor(project: string, nowMs: number): Rejection | undefined {
    const own = this.#rejections.get(project);
    if (own !== undefined && nowMs < own.untilMs) return own;
    const [first, second] = [...this.#rejections.values()].filter(({ untilMs }) => nowMs < untilMs);
    return second === undefined || this.#admitted.size > 0 ? undefined : first;
  }

  admitted(project: string): void {
    this.#admitted.add(project);
    this.#rejections.delete(project);
    this.#count = 0;
  }

  rejected(project: string, error: CloudError, nowMs: number): Rejection {
    // What was right for this very project has become wrong: that is the password.
    if (this.#admitted.has(project)) this.#admitted.clear();
    const untilMs = nowMs + (this.#count === 0 ? FIRST_REJECTION_MS : LATER_REJECTION_MS);
    this.#count += 1;
    const rejection = { error, untilMs };
    this.#rejections.set(project, rejection);
    return rejection;
  }

  /** Somebody wants it tried again now: once for each wish, also where it is made for several accounts. */
  tryAgain(wish: string): void {
    if (this.#wishes.has(wish)) return;
    this.#wishes.add(wish);
    this.#rejections.clear();
  }
}

function rethrowTrouble(error: unknown): void {
  if (error instanceof SessionClosedError) return;
  if (error instanceof CloudError && (error.kind === "Unreachable" || error.kind === "Unavailable")) throw error;
}

/** The histories of all passwords that some account uses. */
export class Logins {
  readonly #byLogin = new Map<string, { readonly history: LoginHistory; users: number }>();

  /** `login`: where, who and the password. `closed`: when the account uses it no more. */
  of(login: readonly unknown[], closed: AbortSignal): LoginHistory {
    const key = createHash("sha256").update(JSON.stringify(login)).digest("base64");
    const kept = this.#byLogin.get(key) ?? { history: new LoginHistory(), users: 0 };
    kept.users += 1;
    this.#byLogin.set(key, kept);
    closed.addEventListener("abort", () => this.#leave(key, kept), { once: true });
    return kept.history;
  }

  #leave(key: string, kept: { users: number }): void {
    kept.users -= 1;
    if (kept.users === 0 && this.#byLogin.get(key) === kept) this.#byLogin.delete(key);
  }
}
