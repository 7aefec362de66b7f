// What every answer of bcs-storage is wrapped in: `{"result", "code", "message", "data"}`, whatever the HTTP status (docs/clouds/bcs.md).
import * as z from "zod";
import type { HttpAnswer } from "../http/answer.ts";
import { jsonOrUndefined } from "../kit/json.ts";
import { text, word } from "../kit/wire.ts";

const envelope = z.looseObject({ result: z.boolean(), code: word, message: text, data: z.unknown().optional() });

export type Envelope = z.output<typeof envelope>;

/** An answer is asked for its envelope several times, and may have a megabyte. */
const read = new WeakMap<HttpAnswer, Envelope | "None">();

/** Undefined where it has none: without `result` it is not the store's word. */
export function envelopeOf(answer: HttpAnswer): Envelope | undefined {
  const known = read.get(answer) ?? envelope.safeParse(jsonOrUndefined(answer.body)).data ?? "None";
  read.set(answer, known);
  return known === "None" ? undefined : known;
}

/** Success is `result: true` and nothing else. */
export function isSuccess(answer: HttpAnswer): boolean {
  return envelopeOf(answer)?.result === true;
}

/** By what an answer counts: where HTTP says 200, by the store's own code. */
export function codeOf(answer: HttpAnswer): number {
  const said = envelopeOf(answer);
  if (answer.status !== 200 || said === undefined || said.result) return answer.status;
  const code = Number(said.code);
  return Number.isSafeInteger(code) && code > 0 ? code : answer.status;
}
