// Ingresses of extensions/v1beta1, which the cloud shows (CTYUN CCI 3.7), and of networking.k8s.io/v1, which lies behind: `backend` with
// `serviceName` and `servicePort` there, `defaultBackend` and a `service` here, and a path type that v1beta1 could leave out.

type Members = Readonly<Record<string, unknown>>;

const ANY_PATH_TYPE = "ImplementationSpecific";

export function todaysIngress(ingress: Members): Members {
  if (ingress["spec"] === undefined) return ingress;
  const { backend, rules, ...spec } = record(ingress["spec"]);
  return {
    ...ingress,
    spec: {
      ...spec,
      ...(backend !== undefined && { defaultBackend: todaysBackend(backend) }),
      ...(rules !== undefined && {
        rules: withPaths(rules, ({ pathType = ANY_PATH_TYPE, backend: service, ...path }) => ({
          ...path,
          pathType,
          backend: todaysBackend(service),
        })),
      }),
    },
  };
}

export function olderIngress(ingress: Members): Members {
  if (ingress["spec"] === undefined) return ingress;
  const { defaultBackend, rules, ...spec } = record(ingress["spec"]);
  return {
    ...ingress,
    spec: {
      ...spec,
      ...(defaultBackend !== undefined && { backend: olderBackend(defaultBackend) }),
      ...(rules !== undefined && {
        rules: withPaths(rules, ({ backend, ...path }) => ({ ...path, backend: olderBackend(backend) })),
      }),
    },
  };
}

function withPaths(rules: unknown, convert: (path: Members) => Members): unknown {
  if (!Array.isArray(rules)) return rules;
  return rules.map((rule) => {
    const { http, ...rest } = record(rule);
    const { paths, ...others } = record(http);
    if (!Array.isArray(paths)) return rule as unknown;
    return { ...rest, http: { ...others, paths: paths.map((path) => convert(record(path))) } };
  });
}

function todaysBackend(backend: unknown): unknown {
  const { serviceName, servicePort, ...rest } = record(backend);
  if (serviceName === undefined) return backend;
  const port = typeof servicePort === "number" ? { number: servicePort } : { name: servicePort };
  return { ...rest, service: { name: serviceName, port } };
}

function olderBackend(backend: unknown): unknown {
  const { service, ...rest } = record(backend);
  if (service === undefined) return backend;
  const { name, port } = record(service);
  const { number, name: portName } = record(port);
  return { ...rest, serviceName: name, servicePort: number ?? portName };
}

function record(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
