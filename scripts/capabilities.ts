// docs/capabilities.md: which cloud offers which facet, from the registry of clouds.
import type { ChannelTelling, KindAbility } from "../src/cloud/facets/manifests.ts";
import { clouds } from "../src/cli/clouds.ts";
import { controlledKinds } from "../src/controllers/kinds.ts";
import { PROVIDERS } from "../src/cloud/blocks.ts";

export function renderCapabilities(): string {
  const kinds = controlledKinds.flatMap(({ kind, facet }) => (facet ? [{ kind: kind.type.kind, facet }] : []));
  const rows = PROVIDERS.map((provider) => {
    const { facets = [], lacks = [] } = clouds[provider] ?? {};
    const marks = kinds.map(({ kind, facet }) => (facets.includes(facet) && !lacks.includes(kind) ? "yes" : "–"));
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
    ...objects(),
  ].join("\n");
}

/** Kinds of Kubernetes objects by channel. */
function objects(): readonly string[] {
  const channels = PROVIDERS.flatMap((provider) => {
    const kinds = clouds[provider]?.manifestKinds;
    return kinds === undefined ? [] : [{ provider, kinds, tells: clouds[provider]?.manifestsTell }];
  });
  const tabled = new Set(
    channels.flatMap(({ kinds }) => (kinds === "Discovered" ? [] : kinds.map(({ kind }) => kind))),
  );
  const row = (title: string, cells: readonly string[]): string => `| ${[title, ...cells].join(" | ")} |`;
  const rowOf = (name: string): string =>
    row(name, [
      BY_SERVER,
      ...channels.map(({ kinds }) => {
        if (kinds === "Discovered") return WHOLE;
        const found = kinds.find(({ kind }) => kind === name);
        return found ? shown(found) : "–";
      }),
    ]);
  const others = channels.map(({ kinds }) => (kinds === "Discovered" ? `what is served, ${WHOLE}` : "–"));
  return [
    "## Objects of a ManifestSet, by channel",
    "",
    "With `clusterRef` a set takes the cluster's kubeconfig, or, where `spec.manifests.route` of the cluster is `Gateway`, its cloud's",
    "gateway; with `accountRef` the account. A cell says how an object is changed, in which spelling it is sent, and which others are taken.",
    "",
    row("kind", ["by kubeconfig", ...channels.map(({ provider }) => `\`${provider}\``)]),
    `|---${"|---".repeat(channels.length + 1)}|`,
    ...[...tabled].toSorted().map(rowOf),
    row("any other", [`what is served, ${BY_SERVER}`, ...others]),
    "",
    "What a target tells beside its objects. Where nothing tells of changes, a set looks every `spec.driftIntervalSeconds` and more often while",
    "something is not ready; `yunfan.dev/reconcile-at` has it look now.",
    "",
    row("told", ["by kubeconfig", ...channels.map(({ provider }) => `\`${provider}\``)]),
    `|---${"|---".repeat(channels.length + 1)}|`,
    row("Events, as warnings of a set", ["yes", ...channels.map(({ tells }) => (tells?.events ? "yes" : "–"))]),
    row("what pods use", [
      "where metrics.k8s.io is served",
      ...channels.map(({ tells }) => (tells?.usage ? "yes" : "–")),
    ]),
    row("changes, within seconds", ["of every kind", ...channels.map(({ tells }) => changesOf(tells))]),
    "",
  ];
}

function changesOf({ changes = "None" }: Partial<ChannelTelling> = {}): string {
  return changes === "None" ? "–" : `of ${changes.join(", ")}`;
}

const BY_SERVER = "server-side apply, whole objects before Kubernetes 1.22";
const WHOLE = "whole objects";

function shown({ change, apiVersion, alsoTaken, list }: KindAbility): string {
  const spelling = [`\`${apiVersion}\``, ...alsoTaken.map((each) => `also \`${each}\``)].join(", ");
  const way = change === "Replace" ? WHOLE : change;
  return `${way}; ${spelling}${list === "None" ? "; read by name" : ""}`;
}
