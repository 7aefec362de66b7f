// What a cloud can't do that a spec asks for, said before any request.
import type { Refusal } from "../../cloud/collection.ts";
import { CloudAccountReason as Reason } from "../../crds/cloudaccount/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Access } from "./accounts.ts";

/**
 * What a facet offers, where the cloud offers it. `asker`: the field, annotation or act that asks for it. Throws TerminalError
 * `NotSupportedByCloud`.
 */
export function offered<M>({ account }: Pick<Access, "account">, member: M | undefined, asker: string): M {
  if (member !== undefined) return member;
  const message = `${account.spec.provider} can't do what ${asker} asks for, in this version. Take it back, or use an account of a cloud that can`;
  throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

const REFUSALS: Readonly<Record<Refusal["kind"], string>> = {
  Rejected: Reason.Rejected,
  NotSupported: Reason.NotSupportedByCloud,
  LoginRequired: Reason.LoginRequired,
};

/** Throws TerminalError where a cloud has said what of a request it can't carry out, and what to do. */
export function assertPossible(refusal: Refusal | undefined): void {
  if (refusal) throw new TerminalError({ reason: REFUSALS[refusal.kind], message: refusal.message });
}
