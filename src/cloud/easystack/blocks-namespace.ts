// What only EasyStack ECNS needs of a ManagedNamespace, and what it alone tells of one.
import * as z from "zod";
import { withRule, withTransitionRule } from "../../schema/enforced.ts";
import { setOf, text } from "../../schema/fields.ts";

const word = text({ max: 253 });

export const namespace = withRule(
  z.object({
    businessType: z
      .enum(["Normal", "HybridOrchestration", "SecurityContainer"])
      .optional()
      .describe("What it is for. Of clusters of type EOS alone, where it is needed. Immutable."),
    psp: z
      .enum(["Limited", "Unlimited"])
      .optional()
      .describe("How far the pods in it are restricted. Left out: not touched."),
    access: z
      .enum(["AllUsers", "ListedUsers"])
      .optional()
      .describe("Who may enter it: every user of the project, or those in users. Left out: not touched."),
    users: setOf(
      z
        .string()
        .min(1)
        .max(64)
        .regex(/^[A-Za-z0-9_.-]+$/)
        .describe("Id of a user."),
      { max: 256 },
    )
      .optional()
      .describe(
        "With access ListedUsers: who may enter, whole: others are shut out. The account's own user always may.",
      ),
    roles: setOf(z.enum(["Developer", "Visitor"]).describe("A role."), { max: 2 })
      .optional()
      .describe("Roles that may be granted in it. Only at its creation; immutable."),
  }),
  {
    rule: "(has(self.access) && self.access == 'ListedUsers') == (has(self.users) && size(self.users) > 0)",
    message:
      "access ListedUsers needs at least one of users, and users need access ListedUsers: to let everybody in, set access to AllUsers and " +
      "leave out users",
    fieldPath: ".users",
  },
  ({ access, users = [] }) => (access === "ListedUsers") === users.length > 0,
);

export const namespaceStatus = z.object({
  psp: z.enum(["Limited", "Unlimited"]).optional().describe("How far the pods in it are restricted."),
  users: setOf(word.describe("Id of a user."), { max: 4_096 }).optional().describe("Who may enter; empty: everybody."),
  roles: setOf(word.describe("A role."), { max: 16 }).optional().describe("Roles that may be granted in it."),
});

export type NamespaceOptions = z.output<typeof namespace>;
export type NamespaceFacts = z.output<typeof namespaceStatus>;

/** What no call changes. */
export function withFixedSorts<Spec extends z.ZodObject>(spec: Spec): Spec {
  return [
    { field: "businessType", none: "''" },
    { field: "roles", none: "[]" },
  ].reduce(
    (ruled, { field, none }) =>
      withTransitionRule(ruled, {
        rule: `${valueOf("self", field, none)} == ${valueOf("oldSelf", field, none)}`,
        message: `easystack.${field} is immutable, it can be neither changed, nor added, nor removed: no call of the cloud changes it`,
        reason: "FieldValueForbidden",
        fieldPath: ".easystack",
      }),
    spec,
  );
}

function valueOf(version: string, field: string, none: string): string {
  const block = `${version}.easystack`;
  return `(has(${block}) && has(${block}.${field}) ? ${block}.${field} : ${none})`;
}
