// What Alibaba Cloud ACK asks of a ManagedCluster's neutral fields beside its block.
import type * as z from "zod";
import { withRule, withTransitionRule, type CelRule } from "../../schema/enforced.ts";

/** What the rules read of a spec with its defaults applied. */
interface Read {
  readonly alibaba?: {
    readonly clusterType: string;
    readonly vswitchIds?: readonly string[];
    readonly controlPlaneConfig?: unknown;
  };
  readonly externalId?: string;
  readonly cloudName?: string;
  readonly description?: string;
  readonly powerState?: string;
  readonly network?: { readonly subnetId?: string };
}

interface SpecRule {
  /** Over a spec that has the block. */
  readonly rule: CelRule;
  readonly holds: (spec: Read & { readonly alibaba: NonNullable<Read["alibaba"]> }) => boolean;
}

/** Digits, letters, Chinese and hyphens (2.1); of these, metadata.name and spec.cloudName can have those below. */
const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

const HAS_SUBNET = "(has(self.network) && has(self.network.subnetId))";
const HAS_VSWITCHES = "has(self.alibaba.vswitchIds)";

const RULES: readonly SpecRule[] = [
  {
    rule: {
      rule: "!has(self.powerState) || self.powerState == 'Running'",
      message: "the cloud puts no cluster to sleep: keep powerState Running",
      reason: "FieldValueForbidden",
      fieldPath: ".powerState",
    },
    holds: ({ powerState }) => powerState === undefined || powerState === "Running",
  },
  {
    rule: {
      rule: "!has(self.description)",
      message: "the cloud keeps no description of a cluster: remove it",
      reason: "FieldValueForbidden",
      fieldPath: ".description",
    },
    holds: ({ description }) => description === undefined,
  },
  {
    rule: {
      rule: `!has(self.cloudName) || self.cloudName.matches('${NAME.source}')`,
      message: "the cloud takes names of 1 to 63 digits, small letters and hyphens, without a hyphen in front",
      fieldPath: ".cloudName",
    },
    holds: ({ cloudName }) => cloudName === undefined || NAME.test(cloudName),
  },
  {
    rule: {
      rule: `has(self.externalId) ? !(${HAS_SUBNET} && ${HAS_VSWITCHES}) : ${HAS_SUBNET} != ${HAS_VSWITCHES}`,
      message: "give exactly one of network.subnetId and alibaba.vswitchIds; with externalId neither is needed",
      fieldPath: ".alibaba.vswitchIds",
    },
    holds: ({ externalId, network, alibaba: { vswitchIds } }) => {
      const given = [network?.subnetId, vswitchIds].filter((value) => value !== undefined).length;
      return given === 1 || (given === 0 && externalId !== undefined);
    },
  },
  {
    rule: {
      rule: "has(self.externalId) || self.alibaba.clusterType != 'Kubernetes' || has(self.alibaba.controlPlaneConfig)",
      message: "a cluster of clusterType Kubernetes has masters of your own: say which in controlPlaneConfig",
      reason: "FieldValueRequired",
      fieldPath: ".alibaba.controlPlaneConfig",
    },
    holds: ({ externalId, alibaba: { clusterType, controlPlaneConfig } }) =>
      externalId !== undefined || clusterType !== "Kubernetes" || controlPlaneConfig !== undefined,
  },
];

export function clusterRules<Spec extends z.ZodObject>(spec: Spec): Spec {
  const ruled = RULES.reduce(
    (before, { rule, holds }) =>
      withRule(before, { ...rule, rule: `!has(self.alibaba) || (${rule.rule})` }, (value) => {
        const read = value as Read;
        return read.alibaba === undefined || holds({ ...read, alibaba: read.alibaba });
      }),
    spec,
  );
  return withRisingVersion(withLastingBlock(ruled));
}

function withLastingBlock<Spec extends z.ZodObject>(spec: Spec): Spec {
  return withTransitionRule(spec, {
    rule: "!has(oldSelf.alibaba) || has(self.alibaba)",
    message: "alibaba can be added once, but not removed: the cluster is made with it",
    reason: "FieldValueForbidden",
    fieldPath: ".alibaba",
  });
}

/** A number that grows with the version; a patch that is left out counts as `untold`. */
function numberOf(version: string, untold: number): string {
  const part = (index: number): string => `int(${version}.findAll('[0-9]+')[${index}])`;
  const patch = `(${version}.matches('^v?[0-9]+[.][0-9]+[.]') ? ${part(2)} : ${untold})`;
  return `(${part(0)} * 1000000 + ${part(1)} * 1000 + ${patch})`;
}

/** A short one means every patch: it is lower than none of them. */
function withRisingVersion<Spec extends z.ZodObject>(spec: Spec): Spec {
  const isRisen = `${numberOf("self.version", 999)} >= ${numberOf("oldSelf.version", 0)}`;
  return withTransitionRule(spec, {
    rule: `!has(self.alibaba) || !has(oldSelf.version) || (has(self.version) && ${isRisen})`,
    message: "version can be added and raised, but neither lowered nor removed: the cloud takes no cluster back",
    reason: "FieldValueForbidden",
    fieldPath: ".version",
  });
}
