// Routes (1.18): Ingresses by form, and the addresses that they make.
import * as z from "zod";
import { appSelector, shownLabels } from "./app-labels.ts";
import { inBatch } from "./batch.ts";
import { router, routersOf, toRules } from "./forms/access.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft } from "./kube/manifest.ts";
import type { Operations } from "./request.ts";
import type { Ecns, EcnsRules } from "./state.ts";
import { bodyOf, deleted, ok, stamp } from "./wire.ts";

const texts = z.record(z.string(), z.string()).nullish();

const ingress = z.object({ name: z.string(), routers: z.array(router).min(1), annotations: texts, labels: texts });

const body = z.object({ ingress });

export function ingressOperations({ rules }: Ecns): Operations {
  return {
    67: {
      empty: { ingresses: [] },
      handle: async (request) => {
        const found = await request.objects().list("Ingress", appSelector(request));
        return ok({ ingresses: found.map((one) => onWire(one, rules)) });
      },
    },
    68: async (request) => {
      const { name, routers, annotations, labels } = bodyOf(request.call, body).ingress;
      const metadata = { name, labels: labels ?? {}, annotations: annotations ?? {} };
      const made = await request.objects().create(draft("Ingress", metadata, { spec: { rules: toRules(routers) } }));
      return ok({ ingress: onWire(made, rules) });
    },
    69: async (request) => {
      const { name, routers, annotations, labels } = bodyOf(request.call, body).ingress;
      await request.objects().update("Ingress", name, (found) => {
        found.spec = { ...found.spec, rules: toRules(routers) };
        if (annotations) found.metadata.annotations = annotations;
        if (labels) found.metadata.labels = { ...ownLabels(found), ...labels };
      });
      return ok();
    },
    70: async (request) => {
      const { ingress: names } = bodyOf(request.call, z.object({ ingress: z.array(z.string()) }));
      const objects = request.objects();
      await inBatch(rules, names, (name) => objects.remove("Ingress", name));
      return deleted(rules);
    },
    71: {
      empty: [],
      handle: async (request) => {
        const found = await request.objects().list("Ingress");
        return ok(found.flatMap(routersOf).map(({ domain, path }) => `http://${domain}${path}`));
      },
    },
  };
}

/** What a form does not see stays. */
function ownLabels({ metadata }: Typed<"Ingress">): Record<string, string> {
  const shown = shownLabels(metadata.labels);
  return Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => !(key in shown)));
}

function onWire(found: Typed<"Ingress">, rules: EcnsRules): object {
  const { name, annotations, labels, creationTimestamp } = found.metadata;
  return {
    name,
    routers: routersOf(found),
    annotations: annotations ?? {},
    labels: shownLabels(labels),
    creation_time: stamp(rules, creationTimestamp),
  };
}
