// What an error of Huawei says, out of the four shapes that its services give it (reference/clouds.md section 2).
import { z } from "zod";
import type { HttpAnswer } from "../http/answer.ts";

const word = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);

const errorBody = z.object({
  // CCE and the gateway (huawei-cce.txt 7.4); newer CCE.
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

export interface Said {
  /** The service's own code without spaces, which the reference prints into long ones; empty where there is none. */
  readonly code: string;
  /** In the service's words; the whole body where it is in none of the shapes. */
  readonly text: string;
}

export function saidBy(answer: HttpAnswer): Said {
  if (isWebPage(answer)) return { code: "", text: "a web page" };
  const body = errorBody.safeParse(parsed(answer.body));
  if (!body.success) return { code: "", text: answer.body };
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWebPage(answer: HttpAnswer): boolean {
  return /html/i.test(answer.headers.get("content-type") ?? "") || /^\s*<(?:!doctype|html)/i.test(answer.body);
}
