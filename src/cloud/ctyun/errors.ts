// The one place that says what an answer of CTYUN, or of the Harbor behind it, means for us (API reference 4, status codes).
import { z } from "zod";
import type { CloudErrorKind } from "../errors.ts";
import { errorsBy, type Said } from "../kit/error-table.ts";

export type Operation =
  | "Verify"
  | "ListProjects"
  | "CreateProject"
  | "SetVisibility"
  | "DeleteProject"
  | "ListRepositories"
  | "DeleteRepository"
  | "ListTags"
  | "GetPullCredentials";

export const errorOf = errorsBy<Operation>({
  creates: new Set(["CreateProject"]),
  nameless: new Set(["Verify", "ListProjects", "CreateProject"]),
  said,
  meaning,
  // Harbor has no code for it, but names what is missing ("project 7 not found"); who is in between knows of no such things.
  provesAbsence: ({ text }) => /\b(?:project|repository|image|tag|artifact|namespace|resource)s?\b/i.test(text),
  elsewhere: "That is not the registry's own answer: see what is between, or correct spec.endpoint of the account",
});

function meaning(operation: Operation, status: number, { text }: Said): CloudErrorKind | undefined {
  // A conflict with another request: a name is in the way of CreateProject only.
  if (status === 409) return operation === "CreateProject" ? "AlreadyExists" : "Unavailable";
  if (status === 412 && operation === "DeleteProject") return "NotEmpty";
  if (status === 400 && operation === "CreateProject" && isAboutTheName(text)) return "NameRefused";
  return undefined;
}

/**
 * Harbor has no code for a refused name, only 400 with a text ("project name is not in lower case or contains illegal
 * characters", "Project name … is illegal in length"). Its other 400s, about the body or the metadata, are our own mistakes.
 */
function isAboutTheName(text: string): boolean {
  return /\b(?:project[ _]?)?name\b|名/i.test(text);
}

const entry = z.object({
  code: z
    .union([z.string().min(1), z.number().transform(String)])
    .optional()
    .catch(undefined),
  message: z.string().catch(""),
});
/** `{code, message}` of Harbor v1 and `{errors: [{code, message}]}` of v2. */
const errorBody = z.union([
  z.object({ errors: z.array(entry).min(1) }).transform(({ errors }) => errors[0] ?? { message: "" }),
  entry,
]);

/** Harbor v1 often answers plain text. */
function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  return body.success ? { code: body.data.code ?? "", text: body.data.message } : undefined;
}
