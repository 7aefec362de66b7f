// From calls and what handles them to the routes of the server: below both prefixes, for both environments.
import type { Answer, Call, Outcome, Route } from "../../simulation/cloud.ts";
import type { CallName } from "./calls.ts";
import { CALLS, pathsOf } from "./calls.ts";
import type { BcsTables, BcsView } from "./state.ts";

interface Handler {
  /** Makes the call a list read; see `Route`. */
  readonly emptyList?: Answer;
  handle(call: Call, view: BcsView): Outcome;
}

/** What handles some of the calls. */
export type Handlers = Readonly<Partial<Record<CallName, Handler>>>;

export function routesOf(handlers: Readonly<Record<CallName, Handler>>): Route<BcsTables>[] {
  return (Object.keys(CALLS) as CallName[]).flatMap((name) => {
    const { method } = CALLS[name];
    const handler = handlers[name];
    return pathsOf(CALLS[name]).map((path) => Object.assign({ method, path }, handler));
  });
}
