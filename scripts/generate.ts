// `npm run generate`: writes the generated files; with --check it writes nothing and fails where one has drifted.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { renderRbac } from "../src/cli/rbac.ts";
import { crdFiles } from "../src/crds/yaml.ts";
import { renderArgocdConfig } from "./argocd.ts";
import { chartFiles } from "./chart.ts";
import { renderBcsCalls } from "./bcs-calls.ts";
import { renderCapabilities } from "./capabilities.ts";
import { renderEasyStackCalls } from "./easystack-calls.ts";
import { renderGuarantees } from "./guarantees.ts";
import { kindPages } from "./kinds.ts";
import { renderMetrics } from "./metrics.ts";

const root = path.resolve(import.meta.dirname, "..");
const files = new Map([
  ...crdFiles(),
  ["manifests/rbac.yaml", renderRbac()],
  ...(await chartFiles(root)),
  ["docs/capabilities.md", renderCapabilities()],
  ["gitops/argocd/argocd-cm.yaml", await renderArgocdConfig(root)],
  ["docs/clouds/bcs-calls.md", await renderBcsCalls(root)],
  ["docs/clouds/easystack-calls.md", await renderEasyStackCalls(root)],
  ["docs/metrics.md", renderMetrics()],
  ["docs/guarantees.md", await renderGuarantees(root)],
  ...(await kindPages(root)),
]);
const checkOnly = process.argv.includes("--check");

const drifted: string[] = [];
for (const [file, text] of files) {
  const target = path.join(root, file);
  const present = await readFile(target, "utf8").catch(() => "");
  if (present === text) continue;
  drifted.push(file);
  if (checkOnly) continue;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, text);
}

if (checkOnly && drifted.length > 0) {
  process.stderr.write(`Generated files have drifted: ${drifted.join(", ")}. Run npm run generate and commit them\n`);
  process.exitCode = 1;
}
