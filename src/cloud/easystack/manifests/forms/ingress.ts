// An Ingress (1.18): routes, each with a domain, a path and a Service.
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { compact, Fields, set, type Read } from "./fields.ts";
import { metadataOf, toMetadata } from "./metadata.ts";

const texts = z.record(z.string(), z.string()).nullish();

export const ingressForm = z.object({
  name: z.string(),
  routers: z.array(
    z.object({
      domain: z.string().nullish(),
      path: z.string().nullish(),
      target_service: z.string().nullish(),
      service_port: z.coerce.number().nullish(),
    }),
  ),
  annotations: texts,
  labels: texts,
});

type IngressForm = z.output<typeof ingressForm>;
type Router = IngressForm["routers"][number];

/** Pure. */
export function toIngress(manifest: Manifest): Read<IngressForm> {
  return Fields.read(manifest, (object) => {
    const metadata = toMetadata(object);
    const routers = object.object("spec", (spec) => {
      const domains: string[] = [];
      return spec.each("rules", (rule) => {
        const domain = rule.text("host") ?? "";
        if (domains.includes(domain)) rule.refuse("host", "another rule has the same: put their paths together");
        domains.push(domain);
        return rule.object("http", (http) => http.each("paths", (path) => toRouter(path, domain))) ?? [];
      });
    });
    const made = (routers ?? []).flat();
    if (made.length === 0) object.refuse("spec", "the form wants at least one rule with a path");
    return { ...metadata, routers: made };
  });
}

function toRouter(path: Fields, domain: string): Router {
  // How a path is compared the form leaves to the cloud, which compares its beginning.
  path.usual({ pathType: "Prefix" });
  const target = path.object("backend", (backend) =>
    backend.object("service", (service) => ({
      target_service: service.text("name") ?? "",
      service_port: service.object("port", (port) => port.whole("number")),
    })),
  );
  if (target?.service_port === undefined) path.refuse("backend", "the form wants a Service and the number of its port");
  return { domain, path: path.text("path") ?? "/", ...target };
}

export function ingressOf({ name, routers, labels, annotations }: IngressForm): Manifest {
  const rules = [...Map.groupBy(routers, ({ domain }) => domain ?? "")].map(([host, some]) =>
    compact({ host: set(host), http: { paths: some.map(pathOf) } }),
  );
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadataOf(name, { labels: labels ?? null, annotations: annotations ?? null }),
    spec: { rules },
  };
}

function pathOf({ path, target_service: name, service_port: number }: Router): object {
  const service = { name: name ?? "", port: { number: number ?? 0 } };
  return { path: path || "/", pathType: "Prefix", backend: { service } };
}
