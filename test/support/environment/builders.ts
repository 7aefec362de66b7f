// What the API server, the registry and the journal show, with defaults for what a test does not care about. What an author
// writes comes from resources.ts, and so does a stored RegistryProject.
import { locationText } from "../../../src/controllers/cloudaccount/location.ts";
import type { RegistryProject as Project } from "../../../src/cloud/facets/registry.ts";
import type { Operation } from "../../../src/crds/common/status.ts";
import { cloudAccountSchema } from "../../../src/crds/cloudaccount/schema.ts";
import type { CloudAccount } from "../../../src/crds/cloudaccount/schema.ts";
import type { Condition } from "../../../src/runtime/conditions.ts";
import { cloudAccountManifest } from "./resources.ts";

export interface StoredAccount {
  metadata?: Partial<CloudAccount["metadata"]>;
  spec?: Record<string, unknown>;
  status?: Partial<CloudAccount["status"]>;
}

/** A CloudAccount as the API server returns it, with the schema's defaults; located where its spec says. */
export function storedCloudAccount({ metadata, spec: declared, status }: StoredAccount = {}): CloudAccount {
  const { apiVersion, kind, ...authored } = cloudAccountManifest({ spec: declared });
  const spec = cloudAccountSchema.spec.parse(authored.spec);
  const location = locationText(spec.provider, {
    endpoint: spec.endpoint ?? "https://region.example",
    region: spec.region,
  });
  return {
    apiVersion,
    kind,
    metadata: {
      ...authored.metadata,
      namespace: "default",
      uid: "6f1f4f6e-0000-4000-8000-000000000002",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec,
    status: cloudAccountSchema.status.parse({ location, confirmedSecretVersion: "5", ...status }),
  };
}

/** A project of ours in the registry, empty and as declared by default. */
export function cloudProject(overrides: Partial<Project> = {}): Project {
  return {
    id: "7",
    name: "shop",
    visibility: "Private",
    mine: true,
    createdAtMs: Date.UTC(2026, 0, 1),
    repositoryCount: 0,
    ...overrides,
  };
}

/** The journal of a create whose outcome is not known. */
export function openCreate(overrides: Partial<Operation> = {}): Operation {
  const startedAt = "2026-01-01T00:00:00Z";
  return { verb: "Create", nonce: "6f1f4f6e-1", startedAt, lastSentAt: startedAt, ...overrides };
}

/** A condition as it is stored; Ready and True by default. */
export function condition(overrides: Partial<Condition> = {}): Condition {
  return {
    type: "Ready",
    status: "True",
    reason: "Available",
    message: "As declared",
    observedGeneration: 1,
    lastTransitionTime: "2026-01-01T00:00:00Z",
    ...overrides,
  };
}
