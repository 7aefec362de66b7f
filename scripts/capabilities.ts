// docs/capabilities.md: which cloud offers which facet, from the registry of clouds.
import { clouds } from "../src/cli/clouds.ts";
import { controlledKinds } from "../src/controllers/kinds.ts";
import { PROVIDERS } from "../src/cloud/blocks.ts";

export function renderCapabilities(): string {
  const kinds = controlledKinds.flatMap(({ kind, facet }) => (facet ? [{ kind: kind.type.kind, facet }] : []));
  const rows = PROVIDERS.map((provider) => {
    const marks = kinds.map(({ facet }) => (clouds[provider]?.facets.includes(facet) ? "yes" : "–"));
    return `| \`${provider}\` | ${marks.join(" | ")} |`;
  });
  const header = kinds.map(({ kind, facet }) => `${kind} (\`${facet}\`)`).join(" | ");
  return [
    "# Which cloud can what",
    "",
    "Generated from the code by `npm run generate`. A resource whose account's cloud lacks the facet is `Stalled` with reason",
    "`NotSupportedByCloud`.",
    "",
    `| provider | ${header} |`,
    `|---${"|---".repeat(kinds.length)}|`,
    ...rows,
    "",
  ].join("\n");
}
