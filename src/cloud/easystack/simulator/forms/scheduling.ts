// Where pods may run (1.21). `scheduler_rule` is not defined in the reference; `required_prefered`, which nothing refers to,
// stands beside it. Both readings are taken, `--scheduler-rule` says which is shown.
import * as z from "zod";
import type { Affinity, NodeSelectorRequirement, PodAffinityTerm, PodSpec } from "../kube/manifest.ts";
import { compact } from "../kube/manifest.ts";
import type { EcnsRules } from "../state.ts";

const expression = z.object({
  key: z.string(),
  operator: z.enum(["In", "NotIn", "Gt", "Lt", "Exists", "DoesNotExist"]).default("In"),
  values: z.union([z.string(), z.array(z.string()).transform((list) => list.join(","))]).nullish(),
  weight: z.coerce.number().int().nullish(),
});

const terms = z.object({ topology_key: z.string().nullish(), expression: z.array(expression).default([]) });

type Terms = z.output<typeof terms>;
type Expression = z.output<typeof expression>;

/** Terms that are required, and terms that are preferred. */
interface Rule {
  readonly required?: Terms | null | undefined;
  readonly prefered?: Terms | null | undefined;
}

/** Flat: the terms themselves, where an expression with a weight is a preference. Nested: both kinds by name. */
const rule = z
  .union([z.object({ required: terms.nullish(), prefered: terms.nullish() }).refine(isNested), terms])
  .transform((given): Rule => ("expression" in given ? split(given) : given));

export const schedulerStrategy = z.object({
  type: z.enum(["podAffinity", "podAntiAffinity", "nodeSelector", "nodeSelectorTerms"]),
  node_selector: rule.nullish(),
  pod_affinity: rule.nullish(),
  pod_anti_affinity: rule.nullish(),
  node_terms: rule.nullish(),
});

type Strategy = z.output<typeof schedulerStrategy>;

const LISTS_AS_TEXT = ",";
const HOST = "kubernetes.io/hostname";
const UNARY = new Set(["Exists", "DoesNotExist"]);

function isNested({ required, prefered }: { required?: unknown; prefered?: unknown }): boolean {
  return required !== undefined || prefered !== undefined;
}

function split({ topology_key, expression: all }: Terms): Rule {
  const some = (isPreferred: boolean): Terms | undefined => {
    const chosen = all.filter(({ weight }) => (typeof weight === "number") === isPreferred);
    return chosen.length === 0 ? undefined : { topology_key, expression: chosen };
  };
  return { required: some(false), prefered: some(true) };
}

/** The part of a pod's spec that the strategies decide. */
export function toScheduling(strategies: readonly Strategy[]): Partial<PodSpec> {
  const last = (member: Exclude<keyof Strategy, "type">): Rule | undefined =>
    strategies.flatMap((strategy) => strategy[member] ?? []).at(-1);
  const selected = strategies.flatMap(({ node_selector: selector }) => selector?.required?.expression ?? []);
  const [nodes, near, far] = [last("node_terms"), last("pod_affinity"), last("pod_anti_affinity")];
  const affinity = compact({
    nodeAffinity: nodes && nodeAffinity(nodes),
    podAffinity: near && podAffinity(near),
    podAntiAffinity: far && podAffinity(far),
  });
  return {
    ...(selected.length > 0 && {
      nodeSelector: Object.fromEntries(selected.map(({ key, values }) => [key, values ?? ""])),
    }),
    ...(Object.keys(affinity).length > 0 && { affinity }),
  };
}

function requirementOf({ key, operator, values }: Expression): NodeSelectorRequirement {
  return { key, operator, ...(!UNARY.has(operator) && { values: (values ?? "").split(LISTS_AS_TEXT) }) };
}

const weightOf = ({ weight }: Expression): number => weight ?? 1;

function nodeAffinity({ required, prefered }: Rule): NonNullable<Affinity["nodeAffinity"]> {
  const matchExpressions = required?.expression.map(requirementOf);
  return compact({
    requiredDuringSchedulingIgnoredDuringExecution: matchExpressions && { nodeSelectorTerms: [{ matchExpressions }] },
    preferredDuringSchedulingIgnoredDuringExecution: prefered?.expression.map((one) => ({
      weight: weightOf(one),
      preference: { matchExpressions: [requirementOf(one)] },
    })),
  });
}

function podAffinity({ required, prefered }: Rule): NonNullable<Affinity["podAffinity"]> {
  return compact({
    requiredDuringSchedulingIgnoredDuringExecution: required && [podTerm(required, required.expression)],
    preferredDuringSchedulingIgnoredDuringExecution: prefered?.expression.map((one) => ({
      weight: weightOf(one),
      podAffinityTerm: podTerm(prefered, [one]),
    })),
  });
}

function podTerm({ topology_key: key }: Terms, expressions: readonly Expression[]): PodAffinityTerm {
  return { topologyKey: key ?? HOST, labelSelector: { matchExpressions: expressions.map(requirementOf) } };
}

/** As a form shows them. What has no form, such as several required terms, is left out. */
export function schedulingOf({ nodeSelector, affinity = {} }: PodSpec, rules: EcnsRules): object[] {
  const { nodeAffinity: nodes, podAffinity: near, podAntiAffinity: far } = affinity;
  const shown = [
    { type: "nodeSelector", member: "node_selector", rule: nodeSelector && selectorRule(nodeSelector) },
    { type: "nodeSelectorTerms", member: "node_terms", rule: nodes && nodeRule(nodes) },
    { type: "podAffinity", member: "pod_affinity", rule: near && podRule(near) },
    { type: "podAntiAffinity", member: "pod_anti_affinity", rule: far && podRule(far) },
  ];
  return shown.flatMap(({ type, member, rule: given }) =>
    given ? [{ type, [member]: ruleOnWire(given, rules) }] : [],
  );
}

function selectorRule(selector: Record<string, string>): Rule {
  const exact = Object.entries(selector).map(([key, values]) => ({ key, operator: "In" as const, values }));
  return { required: { expression: exact } };
}

function nodeRule(affinity: NonNullable<Affinity["nodeAffinity"]>): Rule {
  const [first] = affinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const expressions = preferred.flatMap(({ weight, preference }) => expressionsOf(preference.matchExpressions, weight));
  return {
    required: first && { expression: expressionsOf(first.matchExpressions) },
    prefered: expressions.length === 0 ? undefined : { expression: expressions },
  };
}

function podRule(affinity: NonNullable<Affinity["podAffinity"]>): Rule {
  const [required] = affinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const all = preferred.flatMap(({ weight, podAffinityTerm: term }) =>
    expressionsOf(term.labelSelector?.matchExpressions, weight),
  );
  return {
    required: required && {
      topology_key: required.topologyKey,
      expression: expressionsOf(required.labelSelector?.matchExpressions),
    },
    prefered:
      preferred.length === 0 ? undefined : { topology_key: preferred[0]?.podAffinityTerm.topologyKey, expression: all },
  };
}

function expressionsOf(requirements: readonly NodeSelectorRequirement[] = [], weight?: number): Expression[] {
  return requirements.map(({ key, operator, values = [] }) => ({
    key,
    operator: operator as Expression["operator"],
    values: values.join(LISTS_AS_TEXT),
    ...(weight !== undefined && { weight }),
  }));
}

function ruleOnWire({ required, prefered }: Rule, { schedulerRule }: EcnsRules): object {
  if (schedulerRule === "Nested") return compact({ required, prefered });
  const both = [required, prefered].flatMap((one) => one ?? []);
  const topology_key = both.map((one) => one.topology_key).find(Boolean);
  return compact({ topology_key, expression: both.flatMap((one) => one.expression) });
}
