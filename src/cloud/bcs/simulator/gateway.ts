// What stands before the store: the gateway with its tokens, or nothing but TLS on the direct path.
//
// The API document knows the gateway's address (请求不同对象的URL Prefix) and says nothing about tokens: docs/clouds/bcs.md.
import type { Answer, Call, Outcome } from "../../simulation/cloud.ts";
import { PREFIXES } from "./calls.ts";
import type { Bcs, Token } from "./state.ts";
import { GATEWAY_ID } from "./state.ts";
import { gatewayRefusal } from "./wire.ts";

const UNKNOWN_TOKEN = 1_405_057;
const NO_RIGHT = 1_405_058;
const NO_ENDPOINT = 1_405_052;
const UNREACHABLE = 1_405_053;

/** A login page, as a portal before the gateway shows it. */
const WEB_PAGE: Answer = {
  status: 200,
  text: "<!DOCTYPE html><html><head><title>BlueKing</title></head><body>Please log in.</body></html>\n",
  headers: { "content-type": "text/html; charset=utf-8" },
};

/** What refuses a call, or undefined where it may pass on to the store. */
export function openGateway(bcs: Bcs): (call: Call) => Outcome | undefined {
  return (call) => {
    if (isBelow(call, PREFIXES.direct)) return refusedDirectly(bcs, call);
    if (!isBelow(call, PREFIXES.gateway)) return undefined;
    const state = stateOf(bcs);
    if (state === "WebPage") return WEB_PAGE;
    return refusalOf(bcs, call) ?? storeGone(bcs);
  };
}

function isBelow({ path }: Call, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function stateOf({ store }: Bcs) {
  return store.get("gateways", GATEWAY_ID)?.state ?? "Up";
}

/** Without the gateway nobody answers for a store that is gone. No token is looked at. */
function refusedDirectly(bcs: Bcs, call: Call): Outcome | undefined {
  const state = stateOf(bcs);
  const isGone = state === "NoEndpoint" || state === "Unreachable";
  return isGone || (bcs.rules.directWantsCertificate && !call.isVerifiedClient) ? "Drop" : undefined;
}

function storeGone(bcs: Bcs): Answer | undefined {
  const state = stateOf(bcs);
  const isStatus = bcs.rules.choices.storeGone === "Status";
  if (state === "NoEndpoint") {
    return gatewayRefusal(isStatus ? 503 : 200, isStatus ? 503 : NO_ENDPOINT, "no endpoint of storage is available");
  }
  if (state === "Unreachable") {
    return gatewayRefusal(isStatus ? 502 : 200, isStatus ? 502 : UNREACHABLE, "request to storage failed");
  }
  return undefined;
}

function refusalOf(bcs: Bcs, call: Call): Answer | undefined {
  const isStatus = bcs.rules.choices.tokenRefusal === "Status";
  const token = tokenOf(bcs, call);
  if (token === undefined) {
    return gatewayRefusal(isStatus ? 401 : 400, isStatus ? 401 : UNKNOWN_TOKEN, "the token is not valid");
  }
  const clusterId = clusterOf(call);
  if (clusterId === undefined || token.clusterIds === null || token.clusterIds.includes(clusterId)) return undefined;
  const message = `no permission for the cluster ${clusterId}`;
  return gatewayRefusal(isStatus ? 403 : 400, isStatus ? 403 : NO_RIGHT, message);
}

function tokenOf({ store, rules }: Bcs, { headers }: Call): Token | undefined {
  const { tokenHeader } = rules.choices;
  const bearer = /^Bearer +(?<token>\S+) *$/i.exec(headers.authorization ?? "")?.groups?.["token"];
  const userToken = headers["x-bcs-user-token"];
  return store
    .list("tokens")
    .find(
      ({ token }) =>
        (tokenHeader !== "UserToken" && token === bearer) || (tokenHeader !== "Bearer" && token === userToken),
    );
}

/** Events and alarms are of no cluster's path: there a token is enough. */
function clusterOf({ path }: Call): string | undefined {
  const part = /\/clusters\/(?<id>[^/]+)/.exec(path)?.groups?.["id"];
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return part;
  }
}
