// How people log in to servers: a member of several kinds' specs, and of clouds' blocks.
import * as z from "zod";
import { withRule } from "./enforced.ts";
import { text } from "./fields.ts";
import { objectName } from "./formats.ts";

/** A name that people gave, such as EulerOS 2.5. */
export const word = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._ -]*[A-Za-z0-9._-])?$/);

/** Exactly one of both. The Secret lies beside the resource. */
export const login = withRule(
  z.object({
    keyPairName: word.optional().describe("Name of the key pair in the cloud. Exactly one of both."),
    passwordSecretRef: z
      .object({
        name: objectName.describe("Name of the Secret, beside this resource."),
        key: text({ min: 1, max: 253 }).default("password").describe("Key in the Secret."),
      })
      .optional()
      .describe("Secret with the password of the nodes' administrator. Exactly one of both."),
  }),
  {
    rule: "has(self.keyPairName) != has(self.passwordSecretRef)",
    message: "exactly one of keyPairName and passwordSecretRef must be given",
  },
  ({ keyPairName, passwordSecretRef }) => (keyPairName === undefined) !== (passwordSecretRef === undefined),
);
