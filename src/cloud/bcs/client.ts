// Requests to bcs-storage: `data` of an answer that says `result: true`; all else is thrown (errors.ts).
import * as z from "zod";
import { clockSkewMs, type HttpAnswer } from "../http/answer.ts";
import type { Client, Request } from "../kit/requests.ts";
import { unreadable } from "../kit/json.ts";
import { envelopeOf } from "./envelope.ts";
import type { Operation } from "./errors.ts";

export interface Answered<T> {
  readonly data: T;
  /** The store's clock less ours, milliseconds; 0 where the answer does not tell. */
  readonly clockSkewMs: number;
}

export class BcsClient {
  readonly #client: Client<Operation>;

  constructor(client: Client<Operation>) {
    this.#client = client;
  }

  /** Throws CloudError, FencedError or the signal's reason. */
  async send(request: Request<Operation>): Promise<void> {
    await this.#client.send(request);
  }

  /** The answer's `data`, read by `schema`; what does not fit it is CloudError `Unavailable`. */
  async read<T extends z.ZodType>(request: Request<Operation>, schema: T): Promise<Answered<z.output<T>>> {
    const answer = await this.#client.send(request);
    const result = schema.safeParse(envelopeOf(answer)?.data);
    if (result.success) return { data: result.data, clockSkewMs: clockSkewOf(answer) };
    throw unreadable(request.operation, ["unexpected data", ...(result.error.issues[0]?.path ?? [])].join("."));
  }
}

function clockSkewOf(answer: HttpAnswer): number {
  return clockSkewMs(answer) ?? 0;
}

/** A list as it is printed: `[]`, or null in Go's way. */
export function rowsOf<T extends z.ZodType>(row: T) {
  return z
    .array(row)
    .nullish()
    .transform((rows) => rows ?? []);
}
