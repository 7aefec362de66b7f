// What requests for servers have in common, in pools and alone (CCE API Reference 4.1.9, tables 4-75 to 4-86).
import type { BlockOptions, Refusal } from "../collection.ts";
import type { Volume } from "../facets/servers.ts";
import type { NodeOptions } from "./blocks.ts";

/** The cloud demands both disks. The smallest that it takes, of the type that is in all its examples. */
const DEFAULT_ROOT_VOLUME: Volume = { type: "SATA", sizeGiB: 40 };
const DEFAULT_DATA_VOLUME: Volume = { type: "SATA", sizeGiB: 100 };

export function rootVolumeBody(volume: Volume = DEFAULT_ROOT_VOLUME): object {
  return volumeBody(volume);
}

/** Tables 4-80 and 4-85: encrypted with that key, where there is one. */
export function dataVolumeBodies(given: readonly Volume[], { cmkId }: Pick<NodeOptions, "cmkId">): object[] {
  const volumes = given.length === 0 ? [DEFAULT_DATA_VOLUME] : given;
  const metadata = cmkId === undefined ? {} : { metadata: { systemencrypted: "1", systemcmkid: cmkId } };
  return volumes.map((volume) => Object.assign(volumeBody(volume), metadata));
}

function volumeBody({ type, sizeGiB }: Volume): object {
  return { volumetype: type, size: sizeGiB };
}

/** Tables 4-81 to 4-83: `count` goes with `eip`. */
export function publicIpBody({ publicIP }: Pick<NodeOptions, "publicIP">): object | undefined {
  if (publicIP?.ids) return { ids: publicIP.ids };
  return publicIP?.eip ? { count: 1, eip: publicIP.eip } : undefined;
}

export function userTagBodies({ userTags }: Pick<NodeOptions, "userTags">): object[] | undefined {
  return userTags && Object.entries(userTags).map(([key, value]) => ({ key, value }));
}

/** Table 4-84: scripts are sent in base64. */
export function encoded(script: string | undefined): string | undefined {
  return script === undefined ? undefined : Buffer.from(script).toString("base64");
}

/** In bytes: as long as user data of a server may be. */
const LONGEST_SCRIPT = 32_768;

/** Why CCE can't take one of the scripts; undefined where it can. Admission counts characters, of which some take several bytes. */
export function refusalOfScripts(options: BlockOptions): Refusal | undefined {
  const isLong = (script: unknown): boolean => typeof script === "string" && Buffer.byteLength(script) > LONGEST_SCRIPT;
  const long = ["preInstall", "postInstall"].find((name) => isLong(options[name]));
  if (long === undefined) return undefined;
  const message = `spec.huawei.${long} is longer than ${LONGEST_SCRIPT} bytes (UTF-8), the most that this cloud takes. Shorten it, or fetch the rest in it`;
  return { kind: "Rejected", message };
}

/** Undefined where nothing is in it. */
export function some(members: object): object | undefined {
  return Object.values(members).some((value) => value !== undefined) ? members : undefined;
}
