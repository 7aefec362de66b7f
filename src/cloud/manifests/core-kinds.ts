// Kinds that every Kubernetes serves, known without asking.
import type { ServedKind } from "./discovery.ts";

/** Changed by a merge patch under its version: kubelets and controllers own most of a Node. */
export const NODES: ServedKind = {
  group: "",
  kind: "Node",
  apiVersion: "v1",
  plural: "nodes",
  alsoTaken: [],
  namespaced: false,
  list: "Objects",
  selects: false,
  change: "MergePatch",
  marks: "None",
};
