// What only EasyStack ECNS needs of our resources, and what it alone tells of them (docs/clouds/easystack.md).
import * as z from "zod";
import type { CloudBlocks } from "../../schema/blocks.ts";
import { withRule } from "../../schema/enforced.ts";
import { integer, listMapOf, setOf, text } from "../../schema/fields.ts";
import { endpointUrl, time } from "../../schema/formats.ts";
import { application, applicationStatus, secretsIn } from "./blocks-application.ts";
import { claimStatus } from "./blocks-claim.ts";
import { clusterStatus } from "./blocks-cluster.ts";
import { manifests, manifestsStatus, withFixedProduct } from "./blocks-manifests.ts";
import { namespace, namespaceStatus, withFixedSorts } from "./blocks-namespace.ts";

const PROVIDER = "EasyStackECNS";

/** Names of departments and projects may be Chinese. */
const name = text({ min: 1, max: 64 }).regex(/^[^\r\n]+$/);

const PART = "(\\*|[0-9]{1,2}(-[0-9]{1,2})?)(/[0-9]{1,2})?";

const garbageCollection = withRule(
  z.object({
    schedule: z
      .string()
      .max(128)
      .regex(new RegExp(`^${PART}(,${PART})*( ${PART}(,${PART})*){4}$`))
      .optional()
      .describe(
        "Five fields, as of a CronJob. Each of its times starts one at most; one that is missed by more than an hour is let pass.",
      ),
    freeBelowPercent: integer({ min: 1, max: 99 })
      .optional()
      .describe("Starts one, at most once a day, where less than this of the registry's storage is free."),
    timeZone: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_+/-]+$/)
      .optional()
      .describe("In which the schedule is, such as Asia/Shanghai. Default: UTC."),
  }),
  {
    rule: "has(self.schedule) || has(self.freeBelowPercent)",
    message: "give schedule or freeBelowPercent, or both: nothing else starts a collection",
  },
  ({ schedule, freeBelowPercent }) => schedule !== undefined || freeBelowPercent !== undefined,
);

const account = withRule(
  z.object({
    projectId: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9_-]+$/)
      .optional()
      .describe("Id of the project to work in. One of projectId and projectName is required."),
    projectName: name
      .optional()
      .describe("Name of the project to work in. One of projectId and projectName is required."),
    projectDomainName: name
      .optional()
      .describe("Department (domain) of the project. Default: domainName of the Secret, or else Default."),
    keystoneEndpoint: endpointUrl
      .optional()
      .describe("Address of the identity service; /v3 is added unless it ends in it. Default: endpoint."),
    garbageCollection: garbageCollection
      .optional()
      .describe(
        "When the registry's garbage is collected: of the whole installation, and nobody can push meanwhile. Default: none is ever started.",
      ),
    sessions: z
      .enum(["Auto", "Exclusive"])
      .optional()
      .describe(
        "Whether requests in several namespaces may run beside each other. Auto: once it is seen that the cloud keeps their sessions apart. Exclusive: never. Default: Auto.",
      ),
    yamlBody: z
      .enum(["Field", "Document"])
      .optional()
      .describe('In what requests carry YAML: {"yaml": text}, or the document itself. Default: Field.'),
    registryAddress: z
      .enum(["Domain", "PublicVip"])
      .optional()
      .describe("Which address of the registry pull Secrets are for: its domain, or the platform's. Default: Domain."),
  }),
  {
    rule: "has(self.projectId) != has(self.projectName)",
    message: "the project is named by one of projectId and projectName: give one, not both",
    fieldPath: ".projectName",
  },
  ({ projectId, projectName }) => (projectId === undefined) !== (projectName === undefined),
);

/** An image without the workspace's name, and a tag, in the alphabets of a registry. */
const imageName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/);
const tagPattern = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9_.*?-]+$/);

const retention = z.object({
  keepLatest: integer({ min: 1, max: 10_000 }).describe("So many of the newest tags of each image stay."),
  keepMatching: setOf(tagPattern.describe("Such as v*: * is any text, ? any one character."), { max: 64 })
    .optional()
    .describe("Tags that stay, whatever their age. Default: none."),
  minAgeHours: integer({ min: 0, max: 87_600 }).optional().describe("No younger tag goes. Default: 24."),
  maxDeletionsPerRun: integer({ min: 1, max: 1_000 })
    .optional()
    .describe("So many tags go at most at each look for drift. Default: 10."),
});

const workspace = z.object({
  images: listMapOf(
    z
      .object({
        name: imageName.describe("Name of the image, without the workspace's."),
        description: text({ max: 4_096 }).describe("Shown in the cloud's console, which takes Markdown."),
      })
      .describe("An image."),
    { keys: ["name"], max: 256 },
  )
    .optional()
    .describe("Descriptions of images. Others are left alone."),
  retention: retention
    .optional()
    .describe(
      "Which tags of the images stay; the others are deleted for good. A tag that may share its manifest with one that stays does too. " +
        "Default: no tag is ever deleted.",
    ),
});

const whole = integer({ min: 0, max: 2 ** 31 - 1 });
const word = text({ max: 253 });

const accountStatus = z.object({
  projectId: word.optional().describe("Of the project that the account works in."),
  projectName: word.optional().describe("Of the same project."),
  domainName: word.optional().describe("The project's department."),
  administersProject: z
    .boolean()
    .optional()
    .describe("Whether the user administers the project, which changes of namespaces and workspaces need."),
  kubernetesVersions: setOf(z.string().max(64).describe("A version."), { max: 64 })
    .optional()
    .describe("On offer for new clusters."),
  registry: z
    .object({
      totalGiB: whole.describe("Storage of the image registry."),
      freePercent: integer({ min: 0, max: 100 }).describe("Of it."),
    })
    .optional()
    .describe("The image registry of the whole installation."),
  garbageCollection: z
    .object({
      state: z.enum(["Running", "Finished"]).describe("Of the collection that was started last."),
      startedAt: time.optional().describe("When it was started."),
      slot: text({ max: 64 }).optional().describe("What it was started for: a time of the schedule, Space or Asked."),
      handled: text({ max: 4_096 })
        .optional()
        .describe("The value of yunfan.dev/collect-garbage that was acted on last."),
    })
    .optional()
    .describe("The collections that Yunfan has started; written before each is."),
});

export type WorkspaceOptions = z.output<typeof workspace>;
export type RetentionOptions = z.output<typeof retention>;
export type AccountOptions = z.output<typeof account>;
export type AccountFacts = z.output<typeof accountStatus>;

export const easystack = {
  provider: PROVIDER,
  blocks: {
    CloudAccount: {
      schema: account,
      endpoints: ["keystoneEndpoint"],
      tenant: ["projectId", "projectName"],
      required: true,
    },
    RegistryProject: { schema: workspace },
    ManagedNamespace: { schema: namespace, rules: withFixedSorts },
    ManagedApplication: {
      schema: application,
      immutable: "no call of the cloud changes what a hybrid application was made of",
      secrets: secretsIn,
    },
    ManifestSet: { schema: manifests, rules: withFixedProduct },
  },
  statuses: {
    CloudAccount: accountStatus,
    ManagedCluster: clusterStatus,
    ManagedNamespace: namespaceStatus,
    ManagedApplication: applicationStatus,
    ManifestSet: manifestsStatus,
    CloudVolumeClaim: claimStatus,
  },
} as const satisfies CloudBlocks;
