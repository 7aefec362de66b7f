// Kubernetes behind a cloud's own door: requests with the account's proof and within its budget. What comes back is Kubernetes' word where
// it is a Status, and whoever stands at the door where it is not.
import * as z from "zod";
import { CloudError } from "../errors.ts";
import { requestIdOf, retryAfterMs } from "../http/answer.ts";
import { errorsBy, type ErrorOf, type Said } from "../kit/error-table.ts";
import { jsonOrUndefined, parseJson } from "../kit/json.ts";
import type { Client, Request } from "../kit/requests.ts";
import type { Carrier } from "../http/follow.ts";
import type { Clock, Timer } from "../../lib/clock.ts";
import type { Follow, Send } from "./channel.ts";
import type { ServedKind } from "./discovery.ts";
import { errorOfStatus } from "./status-error.ts";

interface Doors {
  /** With `kubernetesErrors` of its own: what goes to Secrets shows in no message. */
  readonly secrets: Client<string>;
  readonly others: Client<string>;
}

export function signedSend({ secrets, others }: Doors): Send {
  return async ({ operation, method, path, query = {}, body, contentType, isSecret, signal }) => {
    const client = isSecret ? secrets : others;
    const answer = await client.send({
      operation: counted(operation),
      method,
      path,
      query: Object.entries(query),
      ...(contentType !== undefined && { headers: { "content-type": contentType } }),
      ...(body !== undefined && { body }),
      signal,
    });
    return answer.body.trim() === "" ? undefined : parseJson(counted(operation), answer.body);
  };
}

/** A watch begins anew after that: where no bookmarks come, a connection that is dead would show by nothing. */
const LONGEST_WATCH_MS = 600_000;

/** How a cloud tells of the changes of a kind in a namespace. */
export interface Telling {
  readonly path: readonly string[];
  readonly carrier: Carrier;
}

/** `open`: as Requests has it. `tellingOf`: of a kind, in a namespace; undefined where nothing does. */
export function signedFollow(
  open: (request: Request<string>, carrier: Carrier) => Promise<AsyncIterable<string>>,
  { clock, origin }: { readonly clock: Clock; readonly origin: string },
  tellingOf: (kind: ServedKind, namespace: string) => Telling | undefined,
): Follow {
  return async (kind, namespace = "", stop) => {
    const operation = `Watch${kind.kind}`;
    const telling = tellingOf(kind, namespace);
    if (!telling) throw new CloudError("NotServed", { message: `${operation}: nothing tells of it`, advice: "" });
    const ending = new AbortController();
    const timer = clock.after(LONGEST_WATCH_MS, () => ending.abort());
    const signal = AbortSignal.any([stop, ending.signal]);
    const { path, carrier } = telling;
    try {
      const request = {
        operation,
        method: "GET",
        path,
        headers: carrier === "WebSocket" ? { origin } : {},
        signal,
      } as const;
      return ended(await open(request, carrier), { ending: ending.signal, timer });
    } catch (error) {
      timer.cancel();
      throw error;
    }
  };
}

async function* ended(
  lines: AsyncIterable<string>,
  { ending, timer }: { readonly ending: AbortSignal; readonly timer: Timer },
): AsyncGenerator<string, void, undefined> {
  try {
    yield* lines;
  } catch (error) {
    if (!ending.aborted) throw error;
  } finally {
    timer.cancel();
  }
}

/** Requests are counted by it: without the name of the one object. */
function counted(operation: string): string {
  return operation.split(" ").slice(0, 2).join("");
}

const refusal = z.object({
  kind: z.literal("Status"),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .object({
      name: z.string().optional(),
      kind: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z
        .array(
          z.object({
            reason: z.string().default(""),
            message: z.string().default(""),
            field: z.string().default(""),
          }),
        )
        .nullish()
        .transform((causes) => causes ?? undefined),
    })
    .nullish()
    .transform((details) => details ?? {}),
});

interface DoorWords {
  /** Whether the contents of objects are secret: no words of the answer are shown then. */
  readonly isSecret: boolean;
  /** Out of a body that is no Status. */
  readonly said: (json: unknown) => Said | undefined;
}

export function kubernetesErrors({ isSecret, said }: DoorWords): ErrorOf<string> {
  const ofDoor = errorsBy<string>({
    creates: new Set(),
    nameless: new Set(),
    said: isSecret ? () => ({ codes: [], texts: [] }) : said,
    meaning: () => undefined,
    // Only Kubernetes knows what is there.
    provesAbsence: () => false,
    elsewhere: "That is not Kubernetes' own answer: see what is between, or correct spec.endpoint of the account",
  });
  return (operation, answer, redact) => {
    const { status } = answer;
    const told = refusal.safeParse(jsonOrUndefined(answer.body));
    // A proof that is refused is refused at the door, whatever it says.
    if (!told.success || status < 400 || status === 401) return ofDoor(operation, answer, redact);
    const error = errorOfStatus({ ...told.data, code: status }, { operation, isSecret });
    const { kind, codes, causes, advice } = error;
    return new CloudError(kind, {
      message: redact(error.message),
      codes,
      causes,
      advice,
      status,
      retryAfterMs: error.retryAfterMs ?? retryAfterMs(answer),
      requestId: requestIdOf(answer),
    });
  };
}
