// What an error of Huawei says, out of the four shapes that its services give it.
import { z } from "zod";
import type { Said } from "../kit/error-table.ts";

const word = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);

const errorBody = z.object({
  // CCE and the gateway (7.4); newer CCE.
  error_code: word,
  error_msg: word,
  errorCode: word,
  errorMessage: word,
  // Add-ons (4.3.1).
  code: word,
  message: word,
  // IAM.
  error: z.object({ code: word, message: word }).optional().catch(undefined),
});

/** Codes without spaces, which the reference prints into long ones. */
export function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  if (!body.success) return undefined;
  const { error_code, errorCode, error_msg, errorMessage, error = {} } = body.data;
  const { code, message } = body.data;
  return {
    code: first(error_code, errorCode, code, error.code).replaceAll(/\s/g, ""),
    text: first(error_msg, errorMessage, message, error.message),
  };
}

function first(...words: readonly (string | undefined)[]): string {
  return words.find((one) => one !== undefined) ?? "";
}
