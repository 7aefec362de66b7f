// What stands between the operator and a service says that there is no such thing, in its own ways: gateways, load balancers, frameworks'
// default pages. None of them knows of a cluster, a project or an object.
import type { StandIn } from "./wire.ts";

const JSON_TYPE = "application/json";

function saying(status: number, body: (path: string) => unknown): StandIn {
  return { status, contentType: JSON_TYPE, body: (path) => JSON.stringify(body(path)) };
}

/** By whose they are. */
export const STRANGERS: Readonly<Record<string, StandIn>> = {
  "a gateway's": saying(404, () => ({ code: 404, message: "page not found" })),
  "a gateway's, with the path": saying(404, (path) => ({ message: `Cannot serve ${path}: not found` })),
  "Kong's": saying(404, () => ({ message: "no Route matched with those values" })),
  "APISIX's": saying(404, () => ({ error_msg: "404 Route Not Found" })),
  "Huawei's API gateway's": saying(404, () => ({
    error_code: "APIG.0101",
    error_msg: "The API does not exist or has not been published in the environment",
  })),
  "Alibaba's API gateway's": saying(404, () => ({
    Code: "InvalidApi.NotFound",
    Message: "Specified api is not found",
  })),
  "Spring's": saying(404, (path) => ({
    timestamp: "2026-11-30T00:00:00Z",
    status: 404,
    error: "Not Found",
    message: `No static resource ${path.slice(1)}.`,
    path,
  })),
  "webob's": saying(404, () => ({
    message: "The resource could not be found.<br /><br />",
    code: "404 Not Found",
    title: "Not Found",
  })),
  "Envoy's, as a list": saying(404, () => ({ errors: [{ code: "NOT_FOUND", message: "route not found" }] })),
  "Go's": { status: 404, contentType: "text/plain", body: () => "404 page not found\n" },
  "a load balancer's": { status: 404, contentType: "text/plain", body: () => "default backend - 404" },
  "nginx's": { status: 404, contentType: "text/html", body: () => "<html><h1>404 Not Found</h1></html>" },
  "an empty one": { status: 404, contentType: "text/plain", body: () => "" },
  "a 410 of a route that was taken out": saying(410, () => ({ code: 410, message: "Gone" })),
  "a bare 410": { status: 410, contentType: "text/plain", body: () => "" },
};
