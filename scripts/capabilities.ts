// docs/capabilities.md: which cloud offers which facet, from the registry of clouds.
import { clouds } from "../src/cli/clouds.ts";
import { PROVIDERS } from "../src/lib/providers.ts";

/** Kinds by the facet that they need. */
const KINDS = {
  registry: "RegistryProject",
  clusters: "ManagedCluster",
  nodePools: "NodePool",
  addons: "ManagedAddon",
} as const;

export function renderCapabilities(): string {
  const facets = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const rows = PROVIDERS.map((provider) => {
    const marks = facets.map((facet) => (clouds[provider]?.facets.includes(facet) ? "yes" : "–"));
    return `| \`${provider}\` | ${marks.join(" | ")} |`;
  });
  const header = facets.map((facet) => `${KINDS[facet]} (\`${facet}\`)`).join(" | ");
  return [
    "# Which cloud can what",
    "",
    "Generated from the code by `npm run generate`. A resource whose account's cloud lacks the facet is `Stalled` with reason",
    "`NotSupportedByCloud`.",
    "",
    `| provider | ${header} |`,
    `|---${"|---".repeat(facets.length)}|`,
    ...rows,
    "",
  ].join("\n");
}
