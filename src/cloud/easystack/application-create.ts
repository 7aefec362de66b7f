// The create of an application (1.2, 1.8), which may be refused half-way: what was made before the refusal stays.
import type { WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { ApplicationRequest } from "../facets/applications.ts";
import { bodyOf, type Parts } from "./application-request.ts";
import { detailIn, isInUse, type ApplicationTurns } from "./application-turns.ts";
import { applicationOf, type Sort } from "./application-wire.ts";
import type { HybridOptions } from "./blocks-application.ts";
import type { Turn } from "./places/turn.ts";

interface Making {
  readonly turns: ApplicationTurns;
  readonly sort: Sort;
  readonly hybrid: HybridOptions | undefined;
  readonly parts: Parts;
}

/** One request. Returns too where it was refused, and the application, which comes first, was made by it. */
export async function create(
  { turns, sort, hybrid, parts }: Making,
  request: ApplicationRequest,
  { signal }: WritePermit,
): Promise<void> {
  const { body, secrets } = bodyOf(request, { sort, hybrid, parts });
  await turns.within(sort, signal, async (turn) => {
    if (await isInUse(turn, "Application", request.name)) throw taken(request.name);
    try {
      await turn.write({ operation: "CreateApplication", body, secrets });
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind === "Unavailable") throw error;
      if (!(await isMadeInPart(turn, sort, request))) throw whollyRefused(error);
    }
  });
}

async function isMadeInPart(turn: Turn, sort: Sort, { name, nonce }: ApplicationRequest): Promise<boolean> {
  const found = await detailIn(turn, name, sort);
  return found !== "Absent" && applicationOf(found, { place: "", sort, machines: [] }).mark === nonce;
}

/** The name was free: what is in use is that of a part. */
function whollyRefused(error: CloudError): CloudError {
  if (error.kind !== "AlreadyExists" && error.kind !== "NameRefused") return error;
  const { message, codes, status, requestId } = error;
  return new CloudError("Rejected", { message, codes, status, requestId, cause: error });
}

function taken(name: string): CloudError {
  const message = `The name ${name} is in use by an application, be it a normal or a hybrid one`;
  return new CloudError("AlreadyExists", { message });
}
