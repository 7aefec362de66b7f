// One workload (1.21): its detail, and the sections of its form that are read and changed on their own.
import type { PodSpec } from "./kube/manifest.ts";
import * as z from "zod";
import { appLabels, ownerIn } from "./app-labels.ts";
import { accessMode, toService } from "./forms/access.ts";
import type { AccessMode } from "./forms/access.ts";
import { container, containerAnnotations, containersOf, otherAnnotations, toContainers } from "./forms/containers.ts";
import { network, networkOf, toNetwork } from "./forms/network.ts";
import { schedulerStrategy, schedulingOf, toScheduling } from "./forms/scheduling.ts";
import { scaleStrategy, scaleStrategyOf, toAutoscaler, toUpdateStrategy, updateStrategy } from "./forms/strategy.ts";
import type { Workload } from "./forms/workload.ts";
import { selectorOf } from "./forms/workload.ts";
import { conditionsOnWire, eventsOf } from "./happenings.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { Answer } from "../../simulation/cloud.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations, Request } from "./request.ts";
import { revisionsOf, revisionOnWire } from "./revisions.ts";
import type { Ecns } from "./state.ts";
import { bodyOf, ok, oneOrList } from "./wire.ts";
import { addAccess } from "./workload-creation.ts";
import { accessModesOf, autoscalerOf, sceneOf, servicesOf, workloadOnWire } from "./workload-view.ts";
import { named, workloadType } from "./workload-named.ts";

type Spec = NonNullable<Workload["spec"]>;

export function workloadSectionOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  const shown = async (objects: Objects, workload: Workload): Promise<Answer> =>
    ok({ workload: workloadOnWire(workload, await sceneOf(objects), ecns) });
  /** A change of the spec, answered with the workload. */
  const change = async (request: Request, edit: (spec: Spec, workload: Workload) => void): Promise<Answer> => {
    const { objects, workload } = await named(request);
    const type = workloadType(workload.kind);
    const changed = await objects.update(type, workload.metadata.name, (found) => {
      if (found.spec) edit(found.spec, found);
    });
    return shown(objects, changed);
  };
  return {
    100: async (request) => {
      const { objects, workload } = await named(request);
      return ok({ access_mod: oneOrList(rules, accessModesOf(workload, await sceneOf(objects), ecns)) });
    },
    101: async (request) => {
      const { template } = (await named(request)).workload.spec ?? {};
      const annotations = template?.metadata?.annotations ?? {};
      return ok({ containers: containersOf(template?.spec, { metadata: { annotations } }) });
    },
    102: (request) => {
      const { replicas } = bodyOf(request.call, z.object({ replicas: z.coerce.number().int().min(0) }));
      return change(request, (spec, { kind }) => {
        if (kind === "DaemonSet") throw new Refusal(400, "a DaemonSet has no replicas", "replicas");
        (spec as { replicas?: number }).replicas = replicas;
      });
    },
    103: async (request) => {
      const { access_modes: modes } = bodyOf(request.call, z.object({ access_modes: z.array(accessMode) }));
      const { objects, workload } = await named(request);
      await setAccess(objects, workload, { modes, keepsOthers: rules.patch === "Merge" });
      return ok();
    },
    104: (request) => {
      const { containers } = bodyOf(request.call, z.object({ containers: z.array(container).min(1) }));
      return change(request, ({ template }) => {
        const {
          initContainers: _init,
          imagePullSecrets: _secrets,
          hostPID: _pid,
          hostIPC: _ipc,
          ...rest
        } = podSpecOf(template);
        template.spec = { ...rest, ...toContainers(containers) };
        const annotations = {
          ...otherAnnotations(template.metadata?.annotations),
          ...containerAnnotations(containers),
        };
        template.metadata = { ...template.metadata, annotations };
      });
    },
    105: (request) => {
      const { update_strategy: form } = bodyOf(request.call, z.object({ update_strategy: updateStrategy }));
      return change(request, (spec, { kind }) => void Object.assign(spec, toUpdateStrategy(workloadType(kind), form)));
    },
    109: async (request) => {
      const { scale_strategy: form } = bodyOf(request.call, z.object({ scale_strategy: scaleStrategy.nullable() }));
      const { objects, workload } = await named(request);
      const { name } = workload.metadata;
      const before = autoscalerOf(workload, await sceneOf(objects));
      if (form === null) {
        if (before !== undefined) await objects.remove("HorizontalPodAutoscaler", before.metadata.name);
        return shown(objects, workload);
      }
      const wanted = toAutoscaler(workloadType(workload.kind), name, form);
      if (before === undefined) await objects.create(wanted);
      else await objects.replace<"HorizontalPodAutoscaler">(Object.assign(before, { spec: wanted.spec }));
      return shown(objects, workload);
    },
    110: (request) => {
      const body = z.object({ scheduler_strategy: z.array(schedulerStrategy) });
      const { scheduler_strategy: strategies } = bodyOf(request.call, body);
      return change(request, ({ template }) => {
        const { nodeSelector: _node, affinity: _affinity, ...rest } = podSpecOf(template);
        template.spec = { ...rest, ...toScheduling(strategies) };
      });
    },
    111: async (request) => {
      const form = bodyOf(request.call, z.object({ network })).network;
      await change(request, ({ template }) => {
        template.spec = { ...podSpecOf(template), ...toNetwork(form) };
      });
      return ok();
    },
    112: (request) => {
      const { labels } = bodyOf(request.call, z.object({ labels: z.record(z.string(), z.string()) }));
      return change(request, (_spec, { metadata }) => {
        const owner = ownerIn(metadata.labels) || undefined;
        metadata.labels = { ...(rules.patch === "Merge" && metadata.labels), ...labels, ...appLabels(owner) };
      });
    },
    116: async (request) => {
      const { objects, workload } = await named(request);
      const [scene, revisions] = await Promise.all([sceneOf(objects), revisionsOf(objects, workload)]);
      return ok({
        conditions: conditionsOnWire(workload.status?.conditions ?? [], rules),
        events: await eventsOf(objects, workload.kind, workload, rules),
        revisions: revisions.map((revision) => revisionOnWire(revision, rules)),
        workload: workloadOnWire(workload, scene, ecns),
      });
    },
    117: async (request) => {
      const { objects, workload } = await named(request);
      return ok({ scale_strategy: scaleStrategyOf(autoscalerOf(workload, await sceneOf(objects))) });
    },
    118: async (request) => {
      const { workload } = await named(request);
      const strategies = schedulingOf(podSpecOf(workload.spec?.template), rules);
      return ok({ scheduler_strategy: oneOrList(rules, strategies) });
    },
    119: async (request) => {
      const { workload } = await named(request);
      return ok({ network: networkOf(podSpecOf(workload.spec?.template)) });
    },
  };
}

function podSpecOf(template: { spec?: PodSpec } | undefined): PodSpec {
  return template?.spec ?? { containers: [] };
}

interface NewAccess {
  readonly modes: readonly AccessMode[];
  readonly keepsOthers: boolean;
}

/** Those with the name of a Service change it, others make one; Services that no mode names go, unless they are kept. */
async function setAccess(objects: Objects, workload: Workload, { modes, keepsOthers }: NewAccess): Promise<void> {
  const scene = await sceneOf(objects);
  const there = new Map(servicesOf(workload, scene).map((service) => [service.metadata.name, service]));
  const application = ownerIn(workload.metadata.labels) || undefined;
  for (const mode of modes) {
    const before = there.get(mode.name ?? "");
    if (before === undefined) {
      await addAccess(objects, workload, { mode, application });
      continue;
    }
    there.delete(before.metadata.name);
    const { spec, metadata } = toService(mode, { metadata: before.metadata, selector: selectorOf(workload) });
    const kept = before.spec?.clusterIP;
    const withIp = mode.type !== "ExternalName" && kept !== undefined ? { clusterIP: kept, ...spec } : spec;
    await objects.replace({ ...before, metadata, spec: withIp } as typeof before);
  }
  if (keepsOthers) return;
  for (const name of there.keys()) await objects.remove("Service", name);
}
