// The CRDs as YAML: what `yunfan crds` prints and manifests/crds/ holds.
import { stringify } from "yaml";
import { customResourceDefinition, type CustomResourceDefinition } from "./definition.ts";
import { schemas } from "./schemas.ts";

const HEADER = "# Generated from src/crds by `npm run generate`; changes belong there.\n";

/** One YAML document, keys sorted, so that equal definitions give equal text. */
export function renderCrd(crd: CustomResourceDefinition): string {
  return `${HEADER}${stringify(crd, { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 120 })}`;
}

/** Every generated file by its path from the top of the repository. */
export function crdFiles(): Map<string, string> {
  const files = schemas.map((kind): [string, string] => {
    return [`manifests/crds/${kind.type.plural}.yaml`, renderCrd(customResourceDefinition(kind))];
  });
  return new Map(files);
}

/** All CRDs as one stream of YAML documents. */
export function renderAllCrds(): string {
  return [...crdFiles().values()].join("---\n");
}
