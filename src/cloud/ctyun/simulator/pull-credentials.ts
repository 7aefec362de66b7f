// The path of a namespace's pull credentials (CTYUN CCI 3.10.5), with and without the prefix of section 3's other paths.
import type { Call, Route } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { RegistryTables, RegistryView } from "./state.ts";
import { credentialsOnWire } from "./wire.ts";

export function pullCredentialRoutes(): Route<RegistryTables>[] {
  return ["", "/api/v1"].map((prefix) => ({
    method: "GET",
    path: `${prefix}/namespaces/:namespace/images/auth`,
    handle({ params }: Call, view: RegistryView) {
      const namespace = view.get("namespaces", params["namespace"] ?? "");
      if (namespace === undefined) throw new Refusal(404, `there is no namespace ${params["namespace"]}`);
      return { status: 200, body: credentialsOnWire(namespace) };
    },
  }));
}
