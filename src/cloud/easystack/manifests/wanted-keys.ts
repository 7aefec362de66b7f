// Keys of ConfigMaps and Secrets that a workload can't start without. Pure.
import type { Manifest } from "../../facets/manifests.ts";
import { itemsIn, membersIn, type Members } from "./members.ts";

export interface WantedKey {
  /** From the object. */
  readonly path: string;
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key: string;
}

/** Where a kind has the spec of its pods. */
const POD_SPECS: Readonly<Record<string, string>> = {
  Pod: "spec",
  Deployment: "spec.template.spec",
  StatefulSet: "spec.template.spec",
  DaemonSet: "spec.template.spec",
  Job: "spec.template.spec",
  CronJob: "spec.jobTemplate.spec.template.spec",
};

/** None of other kinds. What is optional is not wanted. */
export function keysWanted(manifest: Manifest): readonly WantedKey[] {
  const path = POD_SPECS[manifest.kind];
  if (path === undefined) return [];
  const spec = path.split(".").reduce<Members>((at, step) => membersIn(at[step]), manifest);
  const containers = ["initContainers", "containers"].flatMap((list) =>
    itemsIn(spec[list]).flatMap((container, at) => inContainer(membersIn(container), `${path}.${list}[${at}]`)),
  );
  const volumes = itemsIn(spec["volumes"]).flatMap((volume, at) =>
    inVolume(membersIn(volume), `${path}.volumes[${at}]`),
  );
  return [...containers, ...volumes];
}

function inContainer({ env }: Members, path: string): readonly WantedKey[] {
  return itemsIn(env).flatMap((variable, at) => {
    const { configMapKeyRef, secretKeyRef } = membersIn(membersIn(variable)["valueFrom"]);
    const from = `${path}.env[${at}].valueFrom`;
    const ofMap = wanted("ConfigMap", membersIn(configMapKeyRef), `${from}.configMapKeyRef.key`);
    return ofMap.concat(wanted("Secret", membersIn(secretKeyRef), `${from}.secretKeyRef.key`));
  });
}

function inVolume({ configMap, secret }: Members, path: string): readonly WantedKey[] {
  const ofMap = membersIn(configMap);
  const ofSecret = membersIn(secret);
  return [
    ...inItems("ConfigMap", { ...ofMap }, `${path}.configMap`),
    ...inItems("Secret", { ...ofSecret, name: ofSecret["secretName"] }, `${path}.secret`),
  ];
}

function inItems(kind: WantedKey["kind"], source: Members, path: string): readonly WantedKey[] {
  return itemsIn(source["items"]).flatMap((item, at) =>
    wanted(kind, { ...source, key: membersIn(item)["key"] }, `${path}.items[${at}].key`),
  );
}

function wanted(kind: WantedKey["kind"], { name, key, optional }: Members, path: string): readonly WantedKey[] {
  if (typeof name !== "string" || typeof key !== "string" || optional === true) return [];
  return [{ path, kind, name, key }];
}
