// The quota of clusters (4.4.1).
import type { Route } from "../../simulation/cloud.ts";
import type { CceTables } from "./state.ts";

export function quotaRoutes(): Route<CceTables>[] {
  return [
    {
      method: "GET",
      path: "/api/v3/projects/:project/quotas",
      handle(_call, view) {
        const used = view.list("clusters").length;
        const quotas = view
          .list("quotas")
          .filter(({ id }) => id === "cluster")
          .map(({ name, quotaLimit }) => ({ quotaKey: name, quotaLimit, used, unit: "count" }));
        return { status: 200, body: { quotas } };
      },
    },
  ];
}
