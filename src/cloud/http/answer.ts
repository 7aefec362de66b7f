// An answer of a cloud, and what its headers say about time.

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; of a repeated header the first value, but all of set-cookie, each in a line. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** When the headers came, by our wall clock. */
  readonly arrivedAtMs: number;
}

/** Under these names services say by which id they find a request in their logs; the first that is there counts. */
const REQUEST_ID_HEADERS = ["x-request-id", "x-openstack-request-id", "x-acs-request-id", "requestid"];
const LONGEST_REQUEST_ID = 128;

/** For logs: what the service's operators ask for. Undefined where the answer has none. */
export function requestIdOf({ headers }: Pick<HttpAnswer, "headers">): string | undefined {
  const value = REQUEST_ID_HEADERS.map((name) => headers.get(name)?.trim()).find(Boolean);
  return value?.replaceAll(/[^!-~]/g, "").slice(0, LONGEST_REQUEST_ID);
}

/** Longer waits are cut: a cloud that says "next year" is asked again after this. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** What Retry-After says, as seconds or as a date, 0 to one hour; undefined where it says nothing that can be read. */
export function retryAfterMs(answer: HttpAnswer): number | undefined {
  const text = answer.headers.get("retry-after")?.trim();
  if (text === undefined || text === "") return undefined;
  // A date is by the cloud's clock, so it is compared with the cloud's Date where there is one.
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - (dateMs(answer) ?? answer.arrivedAtMs);
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS);
}

/**
 * The cloud's clock less ours; undefined where there is no Date header. Date has whole seconds and was written before the
 * answer arrived, so this is never more than the true difference, and less by at most a second and the way of the answer.
 */
export function clockSkewMs(answer: HttpAnswer): number | undefined {
  const date = dateMs(answer);
  return date === undefined ? undefined : date - answer.arrivedAtMs;
}

function dateMs(answer: HttpAnswer): number | undefined {
  const date = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(date) ? undefined : date;
}
