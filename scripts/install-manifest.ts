// manifests/install.yaml: what the chart renders with its default values, as one file for `kubectl apply --server-side -f`.
import { isMap, parseAllDocuments, stringify } from "yaml";
import { render, type Helm } from "../test/support/chart/helm.ts";

const HEADER = "# Rendered from charts/yunfan with its default values by `npm run manifests`; changes belong there.\n";

/** Of Helm, and wrong for what Helm does not install. */
const HELM_LABELS = ["helm.sh/chart", "app.kubernetes.io/managed-by"];
const LABELS = [
  ["metadata", "labels"],
  ["spec", "template", "metadata", "labels"],
];

/** The file's text. */
export async function renderInstallManifest(helm: Helm): Promise<string> {
  const yaml = await render(helm, ["--set", "crds.keep=false"]);
  const documents = parseAllDocuments(yaml).filter(({ contents }) => contents !== null);
  const texts = documents.map((document) => {
    document.commentBefore = null;
    for (const labels of LABELS.map((field) => document.getIn(field))) {
      if (isMap(labels)) for (const label of HELM_LABELS) labels.delete(label);
    }
    return document.toString({ lineWidth: 120 }).replace(/^---\n/, "");
  });
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "yunfan-system", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  };
  return HEADER + [stringify(namespace), ...texts].join("---\n");
}
