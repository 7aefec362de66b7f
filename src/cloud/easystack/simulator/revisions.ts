// The revisions of a workload (1.21): what Kubernetes keeps of its templates, in ReplicaSets or ControllerRevisions.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { inBatch } from "./batch.ts";
import { imageOnWire } from "./forms/image.ts";
import type { Workload } from "./forms/workload.ts";
import type { PodTemplate, Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations } from "./request.ts";
import type { Ecns, EcnsRules } from "./state.ts";
import { bodyOf, deleted, ok, part, query, stamp } from "./wire.ts";
import { named, workloadType } from "./workload-named.ts";
import { sceneOf, workloadOnWire } from "./workload-view.ts";
import { yamlAnswer } from "./yaml-body.ts";

const REVISION = "deployment.kubernetes.io/revision";
const TEMPLATE_HASH = "pod-template-hash";

export interface Revision {
  readonly version: number;
  readonly template: PodTemplate;
  readonly createdAt: string | undefined;
  /** The object that keeps it. */
  readonly kept: { readonly kind: "ReplicaSet" | "ControllerRevision"; readonly name: string };
}

export function revisionOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    106: {
      empty: { revisions: [] },
      handle: async (request) => {
        const { objects, workload } = await named(request);
        const revisions = await revisionsOf(objects, workload);
        return ok({ revisions: revisions.map((revision) => revisionOnWire(revision, rules)) });
      },
    },
    107: async (request) => {
      const { objects, workload } = await named(request);
      const { template } = await requireRevision(objects, workload, part(request.call, "version"));
      const { apiVersion, kind, metadata, spec } = workload;
      const { name, namespace, labels = {} } = metadata;
      return yamlAnswer(rules, {
        apiVersion,
        kind,
        metadata: { name, namespace, labels },
        spec: { ...spec, template },
      });
    },
    108: async (request) => {
      const { target_version: target } = bodyOf(request.call, z.object({ target_version: z.coerce.string() }));
      const { objects, workload } = await named(request);
      const { template } = await requireRevision(objects, workload, target);
      const type = workloadType(workload.kind);
      const changed = await objects.update(type, workload.metadata.name, ({ spec }) => {
        if (spec) spec.template = template;
      });
      return ok({ workload: workloadOnWire(changed, await sceneOf(objects), ecns) });
    },
    120: async (request) => {
      const { objects, workload } = await named(request);
      await removeRevision(objects, workload, query(request.call, "history_version") ?? "");
      return deleted(rules);
    },
    121: async (request) => {
      const version = z.union([
        z.coerce.string(),
        z.object({ version: z.coerce.string() }).transform((one) => one.version),
      ]);
      const body = z.object({ revisions: z.array(z.object({ version: z.coerce.string() }).or(version)) });
      const { objects, workload } = await named(request);
      const { revisions } = bodyOf(request.call, body);
      await inBatch(rules, revisions, (one) =>
        removeRevision(objects, workload, typeof one === "string" ? one : one.version),
      );
      return deleted(rules);
    },
  };
}

/** Oldest first. */
export async function revisionsOf(objects: Objects, workload: Workload): Promise<Revision[]> {
  const isOwned = ({ metadata }: { metadata: Workload["metadata"] }): boolean =>
    (metadata.ownerReferences ?? []).some(({ uid }) => uid === workload.metadata.uid);
  const revisions =
    workload.kind === "Deployment"
      ? (await objects.list("ReplicaSet")).filter(isOwned).map(ofReplicaSet)
      : (await objects.list("ControllerRevision")).filter(isOwned).map(ofControllerRevision);
  return revisions.sort((left, right) => left.version - right.version);
}

function ofReplicaSet({ metadata, spec }: Typed<"ReplicaSet">): Revision {
  const template = structuredClone(spec?.template ?? {});
  delete template.metadata?.labels?.[TEMPLATE_HASH];
  return {
    version: Number(metadata.annotations?.[REVISION] ?? 0),
    template,
    createdAt: metadata.creationTimestamp,
    kept: { kind: "ReplicaSet", name: metadata.name },
  };
}

function ofControllerRevision({ metadata, revision, data }: Typed<"ControllerRevision">): Revision {
  const { spec } = data as { spec: { template: PodTemplate & { $patch?: string } } };
  const { $patch: _patch, ...template } = spec.template;
  return {
    version: revision,
    template,
    createdAt: metadata.creationTimestamp,
    kept: { kind: "ControllerRevision", name: metadata.name },
  };
}

export function revisionOnWire({ version, template, createdAt }: Revision, rules: EcnsRules): object {
  return {
    version,
    image: (template.spec?.containers ?? []).map((one) => imageOnWire(one)),
    creation_time: stamp(rules, createdAt),
  };
}

async function requireRevision(objects: Objects, workload: Workload, version: string): Promise<Revision> {
  const revisions = await revisionsOf(objects, workload);
  const found = revisions.find((one) => String(one.version) === version);
  if (found === undefined) throw new Refusal(404, `there is no revision ${version} of ${workload.metadata.name}`);
  return found;
}

/** Throws 409 for the current one, the newest. */
async function removeRevision(objects: Objects, workload: Workload, version: string): Promise<void> {
  const { kept } = await requireRevision(objects, workload, version);
  const newest = (await revisionsOf(objects, workload)).at(-1);
  if (String(newest?.version) === version) throw new Refusal(409, `the revision ${version} is the current one`);
  await objects.remove(kept.kind, kept.name);
}
