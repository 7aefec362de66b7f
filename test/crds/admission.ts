// What the API server says to a resource or a change, without keeping it, and what zod says to the same.
import { schemas } from "../../src/crds/schemas.ts";
import type { Kubectl } from "../support/apiserver/controlplane.ts";
import type { Manifest } from "../support/environment/resources.ts";

/** A namespace, as administrator. */
export interface Place {
  readonly kubectl: Kubectl;
  readonly namespace: string;
}

export interface Refused {
  title: string;
  /** What kubectl names. */
  field: string;
  says: string;
}

export function apply(
  { kubectl, namespace }: Place,
  manifest: Manifest,
  flags: readonly string[] = [],
): ReturnType<Kubectl> {
  const args = ["apply", "-n", namespace, "--dry-run=server", ...flags, "-f", "-"];
  return kubectl(args, { input: JSON.stringify(manifest) });
}

export function patch(
  { kubectl, namespace }: Place,
  target: string,
  spec: Record<string, unknown>,
): ReturnType<Kubectl> {
  const change = JSON.stringify({ spec });
  return kubectl(["patch", target, "-n", namespace, "--type=merge", "--dry-run=server", "-p", change]);
}

export function zodTakes({ kind, spec }: Manifest): boolean {
  const schema = schemas.find(({ type }) => type.kind === kind)!.spec;
  return schema.safeParse(spec).success;
}
