// The one place that says what an answer of CTYUN, or of the Harbor behind it, means for us (API reference 4, status codes).
import * as z from "zod";
import type { CloudErrorKind } from "../errors.ts";
import { errorsBy, type Said } from "../kit/error-table.ts";
import { word } from "../kit/wire.ts";

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

const THINGS = /\b(?:project|repository|image|tag|artifact|namespace)s?\b/i;
/** Who is in between repeats the path that it could not pass on, which names them too. */
const PATHS = /\S*\/api\/\S*/g;

export const errorOf = errorsBy<Operation>({
  creates: new Set(["CreateProject"]),
  nameless: new Set(["Verify", "ListProjects", "CreateProject"]),
  said,
  meaning,
  // Harbor has no code for it, but names what is missing ("project 7 not found"); who is in between knows of no such things.
  provesAbsence: ({ texts }) => texts.some((text) => THINGS.test(text.replaceAll(PATHS, ""))),
  elsewhere: "That is not the registry's own answer: see what is between, or correct spec.endpoint of the account",
});

function meaning(operation: Operation, status: number, { texts }: Said): CloudErrorKind | undefined {
  // A conflict with another request: a name is in the way of CreateProject only.
  if (status === 409) return operation === "CreateProject" ? "AlreadyExists" : "Unavailable";
  if (status === 412 && operation === "DeleteProject") return "NotEmpty";
  if (status === 400 && operation === "CreateProject" && texts.some(isAboutTheName)) return "NameRefused";
  return undefined;
}

/**
 * Harbor has no code for a refused name, only 400 with a text ("project name is not in lower case or contains illegal
 * characters", "Project name … is illegal in length"). Its other 400s, about the body or the metadata, are our own mistakes.
 */
function isAboutTheName(text: string): boolean {
  return /\b(?:project[ _]?)?name\b|名/i.test(text);
}

const entry = z.object({ code: word, message: word });

/** `{code, message}` of Harbor v1 and `{errors: [{code, message}]}` of v2; a gateway may add its own to Harbor's. */
const errorBody = entry.extend({ errors: z.array(entry).catch([]) });

/** Harbor v1 often answers plain text. */
export function said(json: unknown): Said | undefined {
  const body = errorBody.safeParse(json);
  if (!body.success) return undefined;
  const entries = [body.data, ...body.data.errors];
  return { codes: entries.map(({ code }) => code), texts: entries.map(({ message }) => message) };
}
