// Kubernetes behind a cloud's own door: requests with the account's proof and within its budget. What comes back is Kubernetes' word where
// it is a Status, and whoever stands at the door where it is not.
import * as z from "zod";
import { CloudError } from "../errors.ts";
import { requestIdOf, retryAfterMs } from "../http/answer.ts";
import { errorsBy, type ErrorOf, type Said } from "../kit/error-table.ts";
import { jsonOrUndefined, parseJson } from "../kit/json.ts";
import type { Client } from "../kit/requests.ts";
import type { Send } from "./channel.ts";
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
