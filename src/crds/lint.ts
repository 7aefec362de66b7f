// Everything that can be said about a kind before an API server sees it.
import { BLOCK_NAMES } from "../cloud/blocks.ts";
import { customResourceDefinition, objectSchema } from "./definition.ts";
import type { KindSchema } from "./kind.ts";
import { lintSource } from "../schema/lint-source.ts";
import { lintStructural, type StructuralLintOptions } from "../schema/lint-structural.ts";
import { renderCrd } from "./yaml.ts";

/** `kubectl apply` keeps the whole object in one annotation, and annotations end at 256 KiB. */
const LARGEST_CRD_BYTES = 262_144;

/** One line per finding; empty for a kind that can be installed and means on the API server what it means to zod. */
export function lintKind(kind: KindSchema, options: Pick<StructuralLintOptions, "isRe2">): string[] {
  const lost = lintSource(objectSchema(kind));
  if (lost.length > 0) return lost;
  const crd = customResourceDefinition(kind);
  const schemas = crd.spec.versions.map(({ schema }) => schema.openAPIV3Schema);
  const bytes = Buffer.byteLength(renderCrd(crd));
  return [
    ...schemas.flatMap((schema) => lintStructural(schema, { ...options, blocks: BLOCK_NAMES })),
    ...(bytes < LARGEST_CRD_BYTES ? [] : [`$: ${bytes} bytes, too large for kubectl apply`]),
  ];
}
