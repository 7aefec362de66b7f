// Watches of the wrapped resources (CTYUN CCI 3.1.6 to 3.1.8, 3.3.6 to 3.3.8, 3.6.8 to 3.6.10, 3.8.9 to 3.8.11, 3.9.9 to 3.9.11): what the
// API server behind tells is handed on as it comes, over a WebSocket where one is asked for. It sees to the rest itself, such as that a
// WebSocket names its Origin.
import type { Answer, Call, Route } from "../../../simulation/cloud.ts";
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { Refusal } from "../../../simulation/refusal.ts";
import type { RegistryTables } from "../state.ts";
import { pathBehind, RESOURCES, type WrappedResource } from "./resources.ts";

/** Events, autoscalers and ingresses have none. */
const WATCHED = new Set(["deployments", "pods", "services", "configmaps", "secrets"]);

export function watchRoutes(api: ApiServer | undefined): Route<RegistryTables>[] {
  const watched = RESOURCES.filter(({ plural }) => WATCHED.has(plural));
  return ["", "/api/v1"].flatMap((prefix) => watched.flatMap((resource) => routesOf(resource, prefix, api)));
}

function routesOf(resource: WrappedResource, prefix: string, api: ApiServer | undefined): Route<RegistryTables>[] {
  const { plural } = resource;
  const collection = `${prefix}/watch/namespaces/:namespace/${plural}`;
  return [`${prefix}/watch/${plural}`, collection, `${collection}/:name`].map((path) => ({
    method: "GET",
    path,
    handle(call: Call) {
      if (api === undefined) throw new Refusal(503, "what lies in namespaces needs --kubeconfig");
      return watch(resource, call, api);
    },
  }));
}

/** Those by which a WebSocket is agreed on (RFC 6455, 4.1). */
const HANDSHAKE = [
  "connection",
  "upgrade",
  "origin",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
];

function watch(resource: WrappedResource, { params, query, headers }: Call, api: ApiServer): Promise<Answer> {
  const { namespace, name } = params;
  const asked = new URLSearchParams(query);
  asked.set("watch", "true");
  if (name !== undefined) asked.set("fieldSelector", `metadata.name=${name}`);
  const isSocket = headers.upgrade?.toLowerCase() === "websocket";
  const passed = isSocket ? HANDSHAKE.flatMap((header) => entryOf(headers, header)) : [];
  return api.open({ path: pathBehind(resource, namespace), query: asked, headers: Object.fromEntries(passed) });
}

function entryOf(headers: Call["headers"], name: string): [string, string][] {
  const value = headers[name];
  return typeof value === "string" ? [[name, value]] : [];
}
