// From what was decided about a resource's identity to the thing itself: found, adopted, or created.
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { abandon, record, type Creator, type Send } from "./create.ts";
import type { Identity } from "./identity.ts";
import type { Origin } from "./resource.ts";
import type { Thing } from "./thing.ts";
import type { ExternalWork } from "./work.ts";

/** "JustCreated": the id is in the draft, and nothing else is known yet. */
export type Resolved<T extends Thing> = { readonly thing: T; readonly recorded?: Origin } | "JustCreated";

interface Creation {
  readonly creator: Creator;
  /** Makes the kind's POST, after what has to hold before anything is created; asked only where something is created. */
  readonly prepare: () => Send | Promise<Send>;
}

/** Returns with the id in the draft; throws what the resource waits for, or why a person has to look. */
export async function resolve<T extends Thing>(
  work: ExternalWork<T>,
  identity: Identity<T>,
  { creator, prepare }: Creation,
): Promise<Resolved<T>> {
  switch (identity.do) {
    case "Keep":
      return { thing: identity.thing };
    case "Adopt":
      return adopt(work, identity.thing, identity.origin);
    case "Create":
      await creator.create(work, await prepare());
      return "JustCreated";
    case "Resend":
      await creator.resend(work, identity.operation, await prepare());
      return "JustCreated";
    case "Abandon":
      return abandon(work, identity);
    case "Wait":
      throw new WaitingError(identity);
    default:
      throw new TerminalError(identity);
  }
}

function adopt<T extends Thing>(work: ExternalWork<T>, thing: T, origin: Origin): Resolved<T> {
  record(work, thing, origin);
  work.visit.log.info({ externalId: thing.id, origin }, `Recorded ${work.noun}`);
  return { thing, recorded: origin };
}
