// ManagedCluster: a Kubernetes cluster that a cloud runs.
import * as z from "zod";
import { ipv4Cidr } from "../../schema/cidr.ts";
import { cloudReference, namespaceName, objectName, time } from "../../schema/formats.ts";
import { inventoryClusterId } from "../common/inventory.ts";
import { managedFields, managedSpec } from "../common/spec.ts";
import {
  blockFields,
  statusFields,
  withBlocks,
  withWaivableRule,
  withWaivableTransition,
} from "../common/with-blocks.ts";
import { LONGEST_WORDS } from "../common/limits.ts";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { withRule, withTransitionRule, type CelRule } from "../../schema/enforced.ts";
import { integer, text } from "../../schema/fields.ts";
import { immutability } from "../../schema/rules.ts";
import { managedCluster } from "./kind.ts";

const KIND = managedCluster.type.kind;

/** Of the alphabet of metadata.name, the default: which names it takes is for the cloud to say (NameRefused). */
const cloudName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);

const version = z
  .string()
  .max(64)
  .regex(/^v?[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?(-[A-Za-z0-9]+(\.[A-Za-z0-9]+)*)?$/);

/**
 * One line without blanks at its ends, which clouds cut off. Clouds without a better place keep our mark behind it, and then take less of
 * it, which they say.
 */
const description = withRule(
  text({ max: 253 }).regex(/^([^ \t\r\n]([^\r\n]*[^ \t\r\n])?)?$/),
  {
    rule: "!self.contains('[yunfan:')",
    message: "[yunfan: begins the mark by which Yunfan knows what it made: write something else",
  },
  (value) => !value.includes("[yunfan:"),
);

const network = withTransitionRule(
  z.object({
    vpcId: cloudReference.describe("Id of the VPC that its nodes are in."),
    subnetId: cloudReference
      .optional()
      .describe(
        "Id of the subnet that its nodes are in; where the cloud tells a subnet's network id, that one. Some clouds need it.",
      ),
    podCidr: ipv4Cidr
      .optional()
      .describe(
        "Range of the pods' addresses, such as 172.16.0.0/16. A cloud may choose another one where ranges collide, and says so in " +
          "status.podCidr. Default: the cloud's choice.",
      ),
    serviceCidr: ipv4Cidr
      .optional()
      .describe("Range of the services' addresses, such as 10.247.0.0/16. Default: the cloud's choice."),
  }),
  {
    rule: "self == oldSelf",
    message: "network is immutable: no cloud moves a cluster; create another ManagedCluster",
    reason: "FieldValueForbidden",
  },
);

const kubeconfig = z.object({
  context: z
    .enum(["Internal", "External"])
    .default("Internal")
    .describe(
      "Which address it uses. Internal: the one in the VPC. External: the public one, with allowInsecure where the cloud's kubeconfig " +
        "does not verify it.",
    ),
  allowInsecure: z
    .boolean()
    .default(false)
    .describe("Whether a kubeconfig may be published that does not verify the server's certificate."),
  certificates: z
    .boolean()
    .default(false)
    .describe("Whether the administrator's certificates are published too, in the Secret NAME-certificates."),
});

const manifests = withRule(
  z.object({
    route: z
      .enum(["Kubeconfig", "Gateway"])
      .default("Kubeconfig")
      .describe(
        "How ManifestSets reach it. Kubeconfig: by the one that is published. Gateway: through the cloud's own gateway, with the " +
          "account's credentials; for a cluster without an address that can be reached from here.",
      ),
    serviceAccount: z
      .object({ namespace: namespaceName.describe("Its namespace."), name: objectName.describe("Its name.") })
      .optional()
      .describe(
        "The ServiceAccount of the cluster that every ManifestSet acts as; one that names another is Forbidden.",
      ),
  }),
  {
    // has(): the API server asks it of a default {} too, before that has defaults of its own.
    rule: "!has(self.serviceAccount) || !has(self.route) || self.route != 'Gateway'",
    message: "the gateway acts for nobody but the account: remove serviceAccount, or take route Kubeconfig",
    fieldPath: ".serviceAccount",
  },
  ({ route, serviceAccount }) => serviceAccount === undefined || route !== "Gateway",
);

const fields = z.object({
  ...managedFields,
  cloudName: cloudName.optional().describe("Name of the cluster in the cloud. Default: metadata.name. Immutable."),
  version: version
    .optional()
    .describe(
      "Version of Kubernetes. A short one, such as v1.15, lets the cloud choose the patch. Default: the cloud's newest. Raising it upgrades the " +
        "control plane, where the cloud does that; elsewhere immutable.",
    ),
  description: description
    .optional()
    .describe("Shown in the cloud's console. Unset: left as it is there. Empty: kept empty."),
  network: network
    .optional()
    .describe("The network that the cluster is in. Needed, but with externalId. May be added once; immutable then."),
  powerState: z
    .enum(["Running", "Hibernated"])
    .default("Running")
    .describe(
      "Running: the control plane works. Hibernated: it is stopped, and not billed; its nodes, public addresses and bandwidth " +
        "are billed on.",
    ),
  deletionProtection: z
    .boolean()
    .default(false)
    .describe(
      "Whether this resource is kept from being deleted, and with it the cluster. true: where the cloud can protect it too, it does; that " +
        "is switched off again only if Yunfan switched it on.",
    ),
  kubeconfig: kubeconfig
    .prefault({})
    .describe(
      "The kubeconfig that is published in the Secret NAME-kubeconfig beside this resource, under the key value.",
    ),
  inventoryClusterId: inventoryClusterId
    .optional()
    .describe(
      "The cluster's id in an inventory such as bcs-storage: what is reported about the cluster is filed under it, and alarms and " +
        "events about it are looked for there.",
    ),
  argocd: z
    .object({
      namespace: namespaceName.describe(
        "Namespace of Argo CD: our own, or one that the account lists in allowedNamespaces.",
      ),
    })
    .optional()
    .describe("Registers the cluster with Argo CD, by a Secret with the same credentials."),
  manifests: manifests.optional().describe("How ManifestSets work in the cluster."),
  maxNodeDisruptions: integer({ min: 1, max: 1_000 })
    .default(1)
    .describe(
      "How many of its ManagedNodes may be deleted, detached, reset or moved at once. Those that have never worked don't count.",
    ),
  ...blockFields(KIND),
});

const VERSION_IS_FIXED = "no API of the cloud upgrades a cluster; create another ManagedCluster";

const NETWORK: CelRule = {
  rule: "has(self.network) || has(self.externalId)",
  message: "the cloud needs a network for a new cluster: give its id",
  reason: "FieldValueRequired",
  fieldPath: ".network",
};

const LASTING_NETWORK: CelRule = {
  rule: "!has(oldSelf.network) || has(self.network)",
  message: "network can be added once, but not removed",
  reason: "FieldValueForbidden",
  fieldPath: ".network",
};

const SUBNET = {
  kind: KIND,
  name: "network.subnetId",
  rule: {
    rule: "!has(self.network) || has(self.network.subnetId)",
    message: "the cloud needs the subnet too: give its id",
    reason: "FieldValueRequired",
    fieldPath: ".network.subnetId",
  },
} as const;

const PUBLIC_ADDRESS = {
  kind: KIND,
  name: "kubeconfig.allowInsecure",
  rule: {
    // has(): the API server asks it of the default {} too, before that has defaults of its own.
    rule:
      "!has(self.kubeconfig) || !has(self.kubeconfig.context) || self.kubeconfig.context != 'External' || " +
      "(has(self.kubeconfig.allowInsecure) && self.kubeconfig.allowInsecure)",
    message:
      "context External needs allowInsecure: the cloud's kubeconfig for the public address does not verify the server's " +
      "certificate, so that anybody on the way can take the cluster over. Keep Internal, or set allowInsecure knowingly",
    fieldPath: ".kubeconfig.allowInsecure",
  },
} as const;

const VERSION = { kind: KIND, name: "version", rule: immutability("version", VERSION_IS_FIXED) } as const;

const networked = withTransitionRule(
  withRule(
    managedSpec(fields),
    NETWORK,
    ({ network: given, externalId }) => given !== undefined || externalId !== undefined,
  ),
  LASTING_NETWORK,
);
const located = withWaivableRule(
  withWaivableTransition(networked, VERSION),
  SUBNET,
  ({ network: given }) => given === undefined || given.subnetId !== undefined,
);
const guarded = withWaivableRule(
  located,
  PUBLIC_ADDRESS,
  ({ kubeconfig: { context, allowInsecure } }) => context !== "External" || allowInsecure,
);

const spec = withBlocks(guarded, KIND);

/** Longer than a name may be: those of before, which the API server refused, are shown as they were. */
const secretName = text({ max: 512 });

const status = z.object({
  ...managedStatus,
  ...originFields,
  cloudPhase: cloudPhase.optional(),
  clusterType: text({ max: 63 })
    .optional()
    .describe("What sort of cluster, in the cloud's words, where it has several."),
  version: text({ max: LONGEST_WORDS.version }).optional().describe("The cloud's full version, such as v1.15.11-r1."),
  endpoint: text({ max: 2048 })
    .optional()
    .describe("Address of the API server: the one in the VPC, or else the public one."),
  podCidr: text({ max: LONGEST_WORDS.podCidr })
    .optional()
    .describe("The range of the pods' addresses that the cloud has chosen."),
  kubeconfigSecret: secretName
    .optional()
    .describe("Name of the Secret, in our own namespace, that holds the kubeconfig."),
  kubeconfigExpiresAt: time.optional().describe("When the client certificate in it ends. It is read again in time."),
  certificatesSecret: secretName
    .optional()
    .describe("Name of the Secret, in our own namespace, with the certificates."),
  attachScriptSecret: secretName
    .optional()
    .describe("Name of the Secret, in our own namespace, with the script by which machines join."),
  attachScriptExpiresAt: time.optional().describe("When that script ends. It is replaced in time."),
  nextVersion: text({ max: 253 }).optional().describe("The version to which the cloud offers an upgrade."),
  protectedByUs: z
    .boolean()
    .optional()
    .describe("Whether it was Yunfan that had the cloud protect the cluster from deletion."),
  ...statusFields(KIND),
});

export const managedClusterSchema = defineSchema(managedCluster, {
  spec,
  status,
});

export type ManagedCluster = Resource<typeof managedClusterSchema>;
