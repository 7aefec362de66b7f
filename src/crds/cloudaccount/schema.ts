// CloudAccount: an account on one cloud, how it is reached, and who may use it.
import * as z from "zod";
import { PROVIDERS } from "../../cloud/blocks.ts";
import { endpointUrl, objectName } from "../../schema/formats.ts";
import { driftIntervalSeconds } from "../common/spec.ts";
import { blockFields, statusFields, withAccountBlocks } from "../common/with-blocks.ts";
import { accountLocation, commonStatus } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { withRule, withTransitionRule } from "../../schema/enforced.ts";
import { integer, setOf, text } from "../../schema/fields.ts";
import { cloudAccount } from "./kind.ts";

const KIND = cloudAccount.type.kind;

const tls = withRule(
  z.object({
    mode: z
      .enum(["Verify", "SkipVerify", "Plaintext"])
      .default("Verify")
      .describe(
        "Verify: the endpoint's certificate must be valid. SkipVerify: any certificate is taken. " +
          "Plaintext: endpoints may be http, where everybody on the way reads along; those with https are verified.",
      ),
    caBundle: z
      .string()
      .max(65_536)
      .regex(/-----BEGIN CERTIFICATE-----/)
      .optional()
      .describe("Certificates in PEM that are trusted instead of the system's. Only with mode Verify."),
  }),
  {
    rule: "!has(self.caBundle) || self.mode == 'Verify'",
    message: "caBundle is used only with mode Verify: remove it or set tls.mode to Verify",
    fieldPath: ".caBundle",
  },
  ({ mode, caBundle }) => caBundle === undefined || mode === "Verify",
);

const requestsPerMinute = integer({ min: 1, max: 60_000 });

const requestBudget = z.object({
  readsPerMinute: requestsPerMinute.optional().describe("Requests per minute that change nothing."),
  writesPerMinute: requestsPerMinute.optional().describe("Requests per minute that create, change or delete."),
});

const allowedNamespace = z
  .string()
  .min(1)
  .max(63)
  .regex(/^(\*|[a-z0-9]([a-z0-9-]*[a-z0-9])?)$/);

const provider = withTransitionRule(z.enum(PROVIDERS), {
  rule: "self == oldSelf",
  message: "provider is immutable: create another CloudAccount",
  reason: "FieldValueForbidden",
});

const spec = z.object({
  provider: provider.describe("The cloud. Immutable."),
  endpoint: endpointUrl
    .optional()
    .describe(
      "Address of the cloud's API, such as https://cloud.example:8443/base. May be left out where region gives it.",
    ),
  region: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .optional()
    .describe("The cloud's name for the region, where it has regions, such as cn-north-4."),
  credentialsSecretRef: z
    .object({ name: objectName.describe("Name of the Secret.") })
    .describe(
      "The Secret beside this account that holds the credentials, of type yunfan.dev/credentials, with accessKey and secretKey, " +
        "and securityToken where the cloud has temporary ones, or username, password and domainName; on TencentBCS with token, or " +
        "clientCertificate and clientKey, or all three.",
    ),
  tls: tls.prefault({}).describe("How the endpoints prove who they are."),
  requestBudget: requestBudget
    .optional()
    .describe(
      "What all of Yunfan together may ask of the cloud with this account. Default: the provider's documented limit.",
    ),
  allowedNamespaces: setOf(allowedNamespace.describe('The name of a namespace, or "*" for all.'), { max: 256 })
    .optional()
    .describe(
      'Namespaces, beside the account\'s own, whose resources may use it and into which Secrets may be published. "*": all. ' +
        "Default: none.",
    ),
  driftIntervalSeconds: driftIntervalSeconds.describe(
    "Seconds between two checks that the credentials still work. A little is added at random.",
  ),
  ...blockFields(KIND),
});

const status = z.object({
  ...commonStatus,
  location: accountLocation.optional(),
  ...statusFields(KIND),
  confirmedSecretVersion: text({ max: 64 })
    .optional()
    .describe(
      "The version of the Secret with which something that Yunfan manages was found, where the cloud tells no project.",
    ),
  secretResourceVersion: text({ max: 64 }).optional().describe("The version of the Secret that was tried last."),
});

export const cloudAccountSchema = defineSchema(cloudAccount, {
  spec: withAccountBlocks(spec, KIND),
  status,
});

export type CloudAccount = Resource<typeof cloudAccountSchema>;
