// What the fault proxy shall do to which requests, and which it has hit.

export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly userAgent: string;
  /** Wall-clock milliseconds at which its head arrived. */
  readonly at: number;
  /** Its number among the writes (everything but GET and HEAD), from 1. */
  readonly write: number | undefined;
  /** What the client was told; unset where it got no answer. */
  status: number | undefined;
  /** What the server said; unset where the request did not reach it. */
  upstreamStatus: number | undefined;
}

interface Match {
  method?: RegExp;
  /** Tested against path and query. */
  path?: RegExp;
  userAgent?: RegExp;
  /** How many matching requests pass first; 0 where unset. */
  skip?: number;
  /** How many requests it hits; 1 where unset, 0 for ever. */
  times?: number;
}

/**
 * Answer: the proxy answers by itself. DropBefore, DropAfter: the connection is reset before the server sees the request, or
 * after it did it. HoldBefore, HoldAfter: the request or the finished answer waits for `release`; a held request whose client
 * is gone meanwhile is not passed on. CutBody: head and half of the body, then a reset. Stall: head, then silence (streams).
 */
export type Fault = Match &
  (
    | { action: "Answer"; status: number; headers?: Record<string, string>; body?: string }
    | { action: "DropBefore" | "DropAfter" | "HoldBefore" | "HoldAfter" | "CutBody" | "Stall" }
  );

export interface Injection {
  /** The requests it hit so far. */
  readonly hits: readonly LoggedRequest[];
  /** Resolves when it has hit `count` requests. */
  reached(count?: number): Promise<void>;
  /** Lets go of what it holds, and holds nothing more. */
  release(): void;
  /** Hits nothing more; also releases. */
  remove(): void;
}

export interface Rule extends Injection {
  readonly fault: Fault;
  readonly released: Promise<void>;
}

interface OpenRule extends Rule {
  readonly hits: LoggedRequest[];
  matched: number;
}

export class RuleBook {
  readonly #rules = new Set<OpenRule>();
  #waiting: (() => void)[] = [];

  add(fault: Fault): Injection {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const hits: LoggedRequest[] = [];
    const rule: OpenRule = {
      fault,
      hits,
      matched: 0,
      released,
      release,
      reached: async (count = 1) => {
        while (hits.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      },
      remove: () => {
        this.#rules.delete(rule);
        release();
      },
    };
    this.#rules.add(rule);
    return rule;
  }

  /** The first rule that hits the request; counts the hit. */
  take(request: LoggedRequest): Rule | undefined {
    for (const rule of this.#rules) {
      const { skip = 0, times = 1 } = rule.fault;
      if (!matches(rule.fault, request) || ++rule.matched <= skip) continue;
      rule.hits.push(request);
      if (rule.hits.length === times) this.#rules.delete(rule);
      for (const wake of this.#waiting.splice(0)) wake();
      return rule;
    }
    return undefined;
  }
}

function matches({ method, path, userAgent }: Match, request: LoggedRequest): boolean {
  const tests = [
    [method, request.method],
    [path, request.path],
    [userAgent, request.userAgent],
  ] as const;
  return tests.every(([pattern, value]) => pattern?.test(value) ?? true);
}
