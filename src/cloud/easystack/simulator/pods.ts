// Pods (1.16): list, detail with conditions and events, deletion.
import * as z from "zod";
import { containersOf } from "./forms/containers.ts";
import type { Typed } from "./kube/manifest.ts";
import { conditionsOnWire, eventsOf } from "./happenings.ts";
import { imageOnWire } from "./forms/image.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { bodyOf, deleted, ok, part, stamp, unnamed } from "./wire.ts";
import { shownLabels } from "./app-labels.ts";

const deletion = z.object({
  pod: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]),
  force: z.union([z.boolean(), z.string().transform((text) => text === "true")]).nullish(),
});

export function podOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    52: async (request) => {
      const objects = request.objects();
      const pod = await objects.require("Pod", part(request.call, "name"));
      const shown = {
        name: pod.metadata.name,
        containers: containersOf(pod.spec, pod, pod),
        restart_policy: pod.spec?.restartPolicy ?? "Always",
        labels: shownLabels(pod.metadata.labels),
        pod_status: podOnWire(pod, ecns),
      };
      const conditions = conditionsOnWire(pod.status?.conditions ?? [], rules);
      return ok({ pod: shown, conditions, events: await eventsOf(objects, "Pod", pod, rules) });
    },
    53: async (request) => {
      const { pod, force } = bodyOf(request.call, deletion);
      const isForced = force === true || request.call.query.get("force") === "true";
      await request.objects().remove("Pod", pod, { force: isForced });
      return deleted(rules);
    },
    54: {
      empty: rules.lists === "Bare" ? [] : { pods: [] },
      handle: async (request) => {
        const pods = await request.objects().list("Pod");
        return unnamed(
          rules,
          "pods",
          pods.map((pod) => podOnWire(pod, ecns)),
        );
      },
    },
  };
}

/** 1.16's row of the list; it stands for `pod_status` everywhere, which no table defines. */
export function podOnWire(pod: Typed<"Pod">, { rules }: Ecns): object {
  const restarts = (pod.status?.containerStatuses ?? []).reduce((total, { restartCount }) => total + restartCount, 0);
  return {
    name: pod.metadata.name,
    creation_time: stamp(rules, pod.metadata.creationTimestamp),
    pod_ip: pod.status?.podIP ?? "",
    host_ip: pod.status?.hostIP ?? "",
    images: (pod.spec?.containers ?? []).map((container) => imageOnWire(container)),
    labels: shownLabels(pod.metadata.labels),
    restart_count: String(restarts),
    status: podState(pod),
  };
}

/** As kubectl's column: why a container waits says more than the phase. */
export function podState({ metadata, status }: Typed<"Pod">): string {
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  const waiting = (status?.containerStatuses ?? []).map(({ state }) => state?.waiting?.reason);
  return waiting.find((reason) => reason !== undefined && reason !== "ContainerCreating") ?? status?.phase ?? "Pending";
}
