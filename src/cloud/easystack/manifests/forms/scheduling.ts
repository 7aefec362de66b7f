// Where pods may run (1.21, "scheduler_strategy"). The reference leaves `scheduler_rule` undefined; `required_prefered` stands beside it and is
// what is sent: one topology key and expressions. An expression with a weight is a preference, and preferences have no form here.
import * as z from "zod";
import { compact, unlessEmpty, type Fields } from "./fields.ts";

const expressionForm = z.object({
  key: z.string(),
  operator: z.string().nullish(),
  values: z.union([z.string(), z.array(z.string()).transform((list) => list.join(","))]).nullish(),
  weight: z.coerce.number().nullish(),
});

const terms = z.object({ topology_key: z.string().nullish(), expression: z.array(expressionForm).nullish() });

/** Shown flat, or with what is required by its name. */
const ruleForm = z.union([
  z.object({ required: terms, prefered: terms.nullish() }).transform(({ required }) => required),
  z.object({ prefered: terms, required: z.null().optional() }).transform((): z.output<typeof terms> => ({})),
  terms,
]);

export const strategyForm = z.object({
  type: z.enum(["podAffinity", "podAntiAffinity", "nodeSelector", "nodeSelectorTerms"]),
  node_selector: ruleForm.nullish(),
  pod_affinity: ruleForm.nullish(),
  pod_anti_affinity: ruleForm.nullish(),
  node_terms: ruleForm.nullish(),
});

export type StrategyForm = z.output<typeof strategyForm>;
type Terms = z.output<typeof terms>;
type ExpressionForm = z.output<typeof expressionForm>;

const NODE_OPERATORS = ["In", "NotIn", "Gt", "Lt", "Exists", "DoesNotExist"] as const;
const POD_OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
const UNARY: ReadonlySet<string> = new Set(["Exists", "DoesNotExist"]);
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const ONE_TERM = "the form has one term alone";

/** The whole section. */
export function toScheduling(pod: Fields): StrategyForm[] {
  const selected = Object.entries(pod.texts("nodeSelector") ?? {});
  const exact = selected.map(([key, values]) => ({ key, operator: "In", values }));
  const affine = pod.object("affinity", (affinity) =>
    compact({
      node_terms: affinity.object("nodeAffinity", toNodeTerms),
      pod_affinity: affinity.object("podAffinity", toPodTerms),
      pod_anti_affinity: affinity.object("podAntiAffinity", toPodTerms),
    }),
  );
  const { node_terms, pod_affinity, pod_anti_affinity } = affine ?? {};
  return [
    ...(exact.length > 0 ? [{ type: "nodeSelector" as const, node_selector: { expression: exact } }] : []),
    ...(node_terms ? [{ type: "nodeSelectorTerms" as const, node_terms }] : []),
    ...(pod_affinity ? [{ type: "podAffinity" as const, pod_affinity }] : []),
    ...(pod_anti_affinity ? [{ type: "podAntiAffinity" as const, pod_anti_affinity }] : []),
  ];
}

function toNodeTerms(affinity: Fields): Terms | undefined {
  return affinity.object(REQUIRED, (required) => {
    const [first, ...more] = required.each("nodeSelectorTerms", (term) => ({
      expression: toExpressions(term, NODE_OPERATORS),
    }));
    if (more.length > 0) required.refuse("nodeSelectorTerms", ONE_TERM);
    return first ?? {};
  });
}

function toPodTerms(affinity: Fields): Terms | undefined {
  const [first, ...more] = affinity.each(REQUIRED, (term) => {
    const expression = term.object("labelSelector", (selector) => toExpressions(selector, POD_OPERATORS));
    if (expression === undefined) term.refuse("labelSelector", "the form wants matchExpressions");
    return { topology_key: term.text("topologyKey") ?? "", expression: expression ?? [] };
  });
  if (more.length > 0) affinity.refuse(REQUIRED, ONE_TERM);
  return first;
}

function toExpressions(holder: Fields, operators: readonly string[]): ExpressionForm[] {
  const expressions = holder.each("matchExpressions", (expression) => {
    const values = expression.words("values") ?? [];
    if (values.some((value) => value.includes(","))) expression.refuse("values", "the form parts values at commas");
    return {
      key: expression.text("key") ?? "",
      operator: expression.word("operator", operators) ?? "In",
      values: values.join(","),
    };
  });
  return [...expressions];
}

/** The part of a pod's spec that the strategies decide; preferences of others are not in it. */
export function schedulingOf(strategies: readonly StrategyForm[]): object {
  const rule = (member: Exclude<keyof StrategyForm, "type">): Terms | undefined =>
    strategies.flatMap((strategy) => strategy[member] ?? []).find((each) => requiredIn(each).length > 0);
  const [selector, nodes, near, far] = [
    rule("node_selector"),
    rule("node_terms"),
    rule("pod_affinity"),
    rule("pod_anti_affinity"),
  ];
  const affinity = compact({
    nodeAffinity: nodes && { [REQUIRED]: { nodeSelectorTerms: [{ matchExpressions: requiredIn(nodes) }] } },
    podAffinity: near && { [REQUIRED]: [podTermOf(near)] },
    podAntiAffinity: far && { [REQUIRED]: [podTermOf(far)] },
  });
  const exact = (selector?.expression ?? []).map(({ key, values }) => [key, values ?? ""] as const);
  return compact({ nodeSelector: unlessEmpty(Object.fromEntries(exact)), affinity: unlessEmpty(affinity) });
}

function podTermOf(rule: Terms): object {
  return { topologyKey: rule.topology_key ?? "", labelSelector: { matchExpressions: requiredIn(rule) } };
}

function requiredIn({ expression }: Terms): object[] {
  const required = (expression ?? []).filter(({ weight }) => weight === null || weight === undefined);
  return required.map(({ key, operator, values }) => {
    const isUnary = UNARY.has(operator ?? "");
    return compact({ key, operator: operator || "In", values: isUnary ? undefined : (values ?? "").split(",") });
  });
}
