// Policies of a cluster's owners that refuse what the operator writes: real ones, each for a few namespaces alone.
import { randomBytes } from "node:crypto";
import { expect, vi } from "vitest";
import { kubectlOk, type Kubectl } from "./controlplane.ts";

export interface Policy {
  /** In every message of a refusal. */
  readonly words: string;
  /** Resolves when it refuses nothing any more. Idempotent. */
  lift(): Promise<void>;
}

interface Refusal {
  /** As administrator. */
  readonly kubectl: Kubectl;
  readonly namespace: string;
  readonly apiGroup?: string;
  /** Such as "registryprojects" or "registryprojects/status". */
  readonly resources: readonly string[];
  readonly operations?: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  /** 422, 403 or 413. */
  readonly reason?: "Invalid" | "Forbidden" | "RequestEntityTooLarge";
  /** CEL; refuses only where it is false. By default it refuses all. */
  readonly unless?: string;
}

const WITHIN = { timeout: 20_000, interval: 100 };

/** Resolves when the API server refuses. It also refuses a ServiceAccount of a name of its own, by which that is told. */
export async function refuse(refusal: Refusal): Promise<Policy> {
  const { kubectl, namespace } = refusal;
  // No number, which messages would show as <number>.
  const name = `refuse-r${randomBytes(5).toString("hex")}`;
  const words = `the owners of ${name} refuse this`;
  await kubectlOk(kubectl, ["apply", "-f", "-"], JSON.stringify(manifestOf(refusal, name, words)));
  const probe = ["create", "serviceaccount", name, "--dry-run=server", "--namespace", namespace];
  const refuses = (does: boolean): Promise<void> =>
    vi.waitFor(async () => expect((await kubectl(probe)).stderr.includes(words)).toBe(does), WITHIN);
  await refuses(true);
  return {
    words,
    async lift() {
      const objects = ["validatingadmissionpolicy", "validatingadmissionpolicybinding"].map(
        (kind) => `${kind}/${name}`,
      );
      await kubectlOk(kubectl, ["delete", "--ignore-not-found", ...objects]);
      await refuses(false);
    },
  };
}

function manifestOf(refusal: Refusal, name: string, message: string): object {
  const { namespace, apiGroup = "yunfan.dev", resources, operations = ["UPDATE"], reason, unless = "false" } = refusal;
  const rule = { apiGroups: [apiGroup], apiVersions: ["*"], operations, resources };
  const probe = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["serviceaccounts"] };
  const expression = `request.resource.resource == 'serviceaccounts' ? request.name != '${name}' : (${unless})`;
  const apiVersion = "admissionregistration.k8s.io/v1";
  const items = [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: [rule, probe] },
        validations: [{ expression, message, ...(reason && { reason }) }],
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } } },
      },
    },
  ];
  return { apiVersion: "v1", kind: "List", items };
}
