// What the API document promises that an answer holds: the members of each call's success, by their paths.
//
// A path ends in `[]` for the elements of a list. Of what reporters put into `data` the store promises nothing.
import type { CallName } from "./calls.ts";

export type JsonType = "string" | "number" | "boolean" | "object" | "array" | "null" | "any";

export interface Member {
  readonly type: JsonType;
  /** Not in every answer or every row. */
  readonly isOptional?: true;
}

export type Members = Readonly<Record<string, Member>>;

const text: Member = { type: "string" };
const any: Member = { type: "any" };

const envelope: Members = { result: { type: "boolean" }, code: { type: "number" }, message: text };

/** A success that has nothing to say. */
const nothing: Members = { ...envelope, data: { type: "null" } };

const row: Members = {
  "data[]": { type: "object" },
  "data[]._id": text,
  "data[].clusterId": text,
  "data[].createTime": text,
};

const record: Members = {
  ...row,
  "data[].resourceName": text,
  "data[].resourceType": text,
  "data[].data": any,
  "data[].updateTime": text,
};

const list: Members = { ...envelope, data: { type: "array" } };
const namespacedRecords: Members = { ...list, ...record, "data[].namespace": text };
const clusterRecords: Members = { ...list, ...record };
const allRecords: Members = { ...list, ...record, "data[].namespace": { type: "string", isOptional: true } };

/** One row of dynamic data, whose `data` is what a reporter found in its cluster. */
const found: Members = { ...namespacedRecords, "data[].data": { type: "object" } };
const foundInCluster: Members = { ...allRecords, "data[].data": { type: "object" } };

export const MEMBERS: Readonly<Record<CallName, Members>> = {
  getNamespaceResource: namespacedRecords,
  putNamespaceResource: nothing,
  deleteNamespaceResource: nothing,
  listNamespaceResource: namespacedRecords,
  deleteBatchNamespaceResource: nothing,
  getClusterResource: clusterRecords,
  putClusterResource: nothing,
  deleteClusterResource: nothing,
  listClusterResource: clusterRecords,
  deleteBatchClusterResource: nothing,
  listResource: allRecords,
  deleteBatchResource: nothing,
  queryMesosTaskgroup: found,
  queryMesosApplication: found,
  queryMesosDeployment: found,
  queryMesosService: found,
  queryMesosConfigmap: found,
  queryMesosSecret: found,
  queryMesosNamespace: { ...list, "data[]": text },
  queryMesosIppoolstatic: foundInCluster,
  queryK8sPod: found,
  queryK8sReplicaset: found,
  queryK8sDeployment: found,
  queryK8sService: found,
  queryK8sConfigmap: found,
  queryK8sSecret: found,
  queryK8sEndpoints: found,
  queryK8sIngress: found,
  queryK8sNamespace: foundInCluster,
  queryK8sNode: foundInCluster,
  queryK8sDaemonset: found,
  queryK8sJob: found,
  queryK8sStatefulset: found,
  listEvents: {
    ...list,
    ...row,
    "data[].env": text,
    "data[].kind": text,
    "data[].level": text,
    "data[].component": text,
    "data[].type": text,
    "data[].eventTime": text,
    "data[].describe": text,
    "data[].extraInfo": { type: "object" },
    "data[].data": any,
  },
  putEvents: nothing,
  listAlarms: {
    ...list,
    total: { type: "number" },
    ...row,
    "data[].namespace": text,
    "data[].source": text,
    "data[].module": text,
    "data[].type": text,
    "data[].receivedTime": text,
    "data[].message": text,
  },
  postAlarms: nothing,
  getWatch: { ...envelope, data: any },
  putWatch: nothing,
  deleteWatch: nothing,
  listWatch: { ...list, "data[]": any },
  getMetric: {
    ...envelope,
    data: { type: "object" },
    "data._id": text,
    "data.clusterId": text,
    "data.namespace": text,
    "data.type": text,
    "data.name": text,
    "data.data": any,
    "data.createTime": text,
    "data.updateTime": text,
  },
  putMetric: nothing,
  deleteMetric: nothing,
  queryMetric: { ...list, "data[]": any },
};
