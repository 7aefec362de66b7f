// `yunfan crds`: prints every CRD as YAML, ready for `kubectl apply --server-side -f -`.
import { Command } from "commander";
import { renderAllCrds } from "../crds/yaml.ts";

export function command(): Command {
  return new Command("crds").description("print every CustomResourceDefinition as YAML").action(() => {
    process.stdout.write(renderAllCrds());
  });
}
