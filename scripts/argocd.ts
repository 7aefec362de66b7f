// gitops/argocd/argocd-cm.yaml: the health checks as Argo CD's ConfigMap takes them, from the Lua beside it.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";

const HEADER = `# Generated from health.lua and application-health.lua by \`npm run generate\`. Merge it into the ConfigMap of your Argo CD:
#   kubectl apply --server-side --field-manager yunfan -f argocd-cm.yaml
# A conflict over resource.customizations means that there are others already: add the entry yunfan.dev/* to them by hand.
`;

export async function renderArgocdConfig(root: string): Promise<string> {
  const lua = (name: string): Promise<string> => readFile(path.join(root, "gitops/argocd", name), "utf8");
  const customizations = { "yunfan.dev/*": { "health.lua": await lua("health.lua") } };
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "argocd-cm", namespace: "argocd", labels: { "app.kubernetes.io/part-of": "argocd" } },
    data: {
      // A wildcard is understood here only, not in a key of its own.
      "resource.customizations": stringify(customizations, { lineWidth: 0 }),
      "resource.customizations.health.argoproj.io_Application": await lua("application-health.lua"),
    },
  };
  return HEADER + stringify(configMap, { lineWidth: 0 });
}
