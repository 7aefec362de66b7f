// What an error of Huawei says, out of the shapes that its services give it: several of them may stand in one body.
import * as z from "zod";
import type { Said } from "../kit/error-table.ts";
import { word } from "../kit/wire.ts";

const errorBody = z.object({
  // CCE and the gateway (7.4); newer CCE.
  error_code: word,
  error_msg: word,
  errorCode: word,
  errorMessage: word,
  // Add-ons (4.3.1).
  code: word,
  message: word,
  reason: word,
  // IAM, and the add-on manager behind newer CCE.
  error: z.union([z.object({ code: word, message: word }), word.transform((message) => ({ code: "", message }))]),
});

/** Codes without spaces, which the reference prints into long ones. */
export function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  if (!body.success) return undefined;
  const { error_code, errorCode, code, error_msg, errorMessage, message, reason, error } = body.data;
  const codes = [error_code, errorCode, code, error.code].map((each) => each.replaceAll(/\s/g, ""));
  return { codes, texts: [error_msg, errorMessage, message, error.message, isSentence(reason) ? reason : ""] };
}

/** A single word, such as `BadRequest`, says what the status says. */
function isSentence(text: string): boolean {
  return /\s|\P{ASCII}/u.test(text.trim());
}
