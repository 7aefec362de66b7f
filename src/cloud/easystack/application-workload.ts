// A workload's manifest as the cloud's form has it (1.21), for what is made together with a hybrid application: each field is carried, or
// refused by its path. Pure.
import { WORKLOAD_KINDS, type WorkloadRef } from "../facets/applications.ts";
import type { Refusal } from "../collection.ts";
import { numberOfQuantity } from "../../lib/quantity.ts";

export interface WorkloadForm {
  readonly workload_base: { readonly name: string; readonly type: WorkloadRef["kind"]; readonly replicas?: number };
  readonly labels?: Readonly<Record<string, string>>;
  readonly containers: readonly object[];
}

interface Read {
  /** Undefined where it is no workload. */
  readonly form: WorkloadForm | undefined;
  readonly refusals: readonly Refusal[];
}

type Fields = Readonly<Record<string, unknown>>;

/** `path`: where the spec has it. */
export function workloadForm(manifest: Fields, path: string): Read {
  const reader = new Reader(path);
  const form = reader.workload(manifest);
  return { form: reader.refusals.length === 0 ? form : undefined, refusals: reader.refusals };
}

const MEBIBYTE = 1024 * 1024;

class Reader {
  readonly refusals: Refusal[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  workload(manifest: Fields): WorkloadForm | undefined {
    this.#only(manifest, "", ["apiVersion", "kind", "metadata", "spec"]);
    const kind = WORKLOAD_KINDS.find((one) => one === manifest["kind"]);
    if (kind === undefined || manifest["apiVersion"] !== "apps/v1") {
      this.#refuse("kind", `has to be one of ${WORKLOAD_KINDS.join(", ")}, of apiVersion apps/v1`);
      return undefined;
    }
    const metadata = this.#object(manifest["metadata"], "metadata", ["name", "labels"]);
    const isScaled = kind !== "DaemonSet";
    const spec = this.#object(manifest["spec"], "spec", ["selector", "template", ...(isScaled ? ["replicas"] : [])]);
    const template = this.#object(spec["template"], "spec.template", ["metadata", "spec"]);
    const inner = this.#object(template["metadata"], "spec.template.metadata", ["labels"]);
    const labels = {
      ...this.#texts(metadata["labels"], "metadata.labels"),
      ...this.#texts(inner["labels"], "spec.template.metadata.labels"),
    };
    this.#selector(spec["selector"], labels);
    const pod = this.#object(template["spec"], "spec.template.spec", [
      "containers",
      "initContainers",
      "imagePullSecrets",
    ]);
    const secret = this.#pullSecret(pod["imagePullSecrets"]);
    const containers = [
      ...this.#containers(pod["initContainers"] ?? [], {
        at: "spec.template.spec.initContainers",
        type: "init",
        secret,
      }),
      ...this.#containers(pod["containers"], { at: "spec.template.spec.containers", type: "worker", secret }),
    ];
    const replicas = spec["replicas"] ?? 1;
    if (isScaled && !isWhole(replicas)) this.#refuse("spec.replicas", "has to be a whole number");
    const name = this.#text(metadata["name"], "metadata.name");
    const base = { name, type: kind, ...(isScaled && { replicas: Number(replicas) }) };
    return { workload_base: base, ...(Object.keys(labels).length > 0 && { labels }), containers };
  }

  /** The cloud selects by a label of its own: what the manifest selects has to be among its pods' labels all the same. */
  #selector(given: unknown, labels: Readonly<Record<string, string>>): void {
    if (given === undefined) return;
    const selector = this.#object(given, "spec.selector", ["matchLabels"]);
    const wanted = this.#texts(selector["matchLabels"], "spec.selector.matchLabels");
    const isMet = Object.entries(wanted).every(([key, value]) => labels[key] === value);
    if (!isMet) this.#refuse("spec.selector.matchLabels", "has to be among the labels of the template");
  }

  /** A form has one for each image. */
  #pullSecret(given: unknown): string | undefined {
    if (given === undefined) return undefined;
    const [first, ...others] = Array.isArray(given) ? (given as unknown[]) : [];
    const at = "spec.template.spec.imagePullSecrets";
    if (others.length > 0) this.#refuse(at, "may name one: the cloud's form has one for each image");
    return this.#text(this.#object(first, `${at}[0]`, ["name"])["name"], `${at}[0].name`);
  }

  #containers(
    given: unknown,
    {
      at,
      type,
      secret,
    }: { readonly at: string; readonly type: "init" | "worker"; readonly secret: string | undefined },
  ): readonly object[] {
    if (!Array.isArray(given) || (type === "worker" && given.length === 0)) {
      this.#refuse(at, "has to list containers");
      return [];
    }
    return (given as unknown[]).map((one, index) => this.#container(one, { at: `${at}[${index}]`, type, secret }));
  }

  #container(
    given: unknown,
    { at, type, secret }: { readonly at: string; readonly type: string; readonly secret: string | undefined },
  ): object {
    const carried = ["name", "image", "imagePullPolicy", "command", "args", "env", "resources"];
    const one = this.#object(given, at, carried);
    const env = this.#list(one["env"], `${at}.env`).map((entry, index) => this.#variable(entry, `${at}.env[${index}]`));
    return {
      name: this.#text(one["name"], `${at}.name`),
      type,
      image: { ...this.#image(one, at), ...(secret !== undefined && { image_auth: true, image_secret: secret }) },
      image_source: "third_party",
      ...this.#resources(one["resources"], `${at}.resources`),
      ...(env.length > 0 && { env }),
      ...this.#commands(one, at),
    };
  }

  #image({ image, imagePullPolicy: policy }: Fields, at: string): object {
    if (policy !== undefined && policy !== "Always" && policy !== "IfNotPresent") {
      this.#refuse(`${at}.imagePullPolicy`, "has to be Always or IfNotPresent");
    }
    const reference = imageOf(this.#text(image, `${at}.image`));
    return { ...reference, ...(policy !== undefined && { image_pull_policy: policy }) };
  }

  #commands({ command, args }: Fields, at: string): object {
    if (command === undefined && args === undefined) return {};
    return { commands: { cmd: this.#words(command, `${at}.command`), args: this.#words(args, `${at}.args`) } };
  }

  /** "For Normal the value stands in `key`"; for the others `key` is the object's name and `value` its key. */
  #variable(given: unknown, at: string): object {
    const one = this.#object(given, at, ["name", "value", "valueFrom"]);
    const name = this.#text(one["name"], `${at}.name`);
    if (one["valueFrom"] === undefined) {
      const value = one["value"] ?? "";
      if (typeof value !== "string") this.#refuse(`${at}.value`, "has to be a text");
      return { type: "Normal", name, key: value };
    }
    const from = this.#object(one["valueFrom"], `${at}.valueFrom`, ["configMapKeyRef", "secretKeyRef"]);
    const member = from["configMapKeyRef"] === undefined ? "secretKeyRef" : "configMapKeyRef";
    const ref = this.#object(from[member], `${at}.valueFrom.${member}`, ["name", "key"]);
    const type = member === "secretKeyRef" ? "Secret" : "ConfigMap";
    const inside = `${at}.valueFrom.${member}`;
    return {
      type,
      name,
      key: this.#text(ref["name"], `${inside}.name`),
      value: this.#text(ref["key"], `${inside}.key`),
    };
  }

  #resources(given: unknown, at: string): object {
    if (given === undefined) return {};
    const both = Object.entries(this.#object(given, at, ["requests", "limits"]));
    const resources = both.map(([member, amounts]) => [member, this.#amounts(amounts, `${at}.${member}`)]);
    return { resources: Object.fromEntries(resources) };
  }

  /** Cores as a number, memory in whole MiB. */
  #amounts(given: unknown, at: string): object {
    const { cpu, memory } = this.#object(given, at, ["cpu", "memory"]);
    const cores = cpu === undefined ? undefined : numberOfQuantity(cpu);
    const bytes = memory === undefined ? undefined : numberOfQuantity(memory);
    if (cpu !== undefined && cores === undefined) this.#refuse(`${at}.cpu`, "is no quantity");
    if (memory !== undefined && (bytes === undefined || bytes % MEBIBYTE !== 0)) {
      this.#refuse(`${at}.memory`, "has to be whole MiB");
    }
    return {
      ...(cores !== undefined && { cpu: cores }),
      ...(bytes !== undefined && { memory: Math.ceil(bytes / MEBIBYTE) }),
    };
  }

  /** The cloud joins them with spaces. */
  #words(given: unknown, at: string): readonly string[] {
    const words = this.#list(given, at).map(String);
    if (words.some((word) => word === "" || /\s/.test(word))) {
      this.#refuse(at, "has an argument that is empty or holds a space: the cloud joins arguments with spaces");
    }
    return words;
  }

  #list(given: unknown, at: string): readonly unknown[] {
    if (given === undefined) return [];
    if (Array.isArray(given)) return given as unknown[];
    this.#refuse(at, "has to be a list");
    return [];
  }

  #texts(given: unknown, at: string): Readonly<Record<string, string>> {
    if (given === undefined) return {};
    const all = isFields(given) ? given : {};
    if (!isFields(given) || Object.values(all).some((value) => typeof value !== "string")) {
      this.#refuse(at, "has to be a map of texts");
    }
    return all as Readonly<Record<string, string>>;
  }

  #text(given: unknown, at: string): string {
    if (typeof given === "string" && given !== "") return given;
    this.#refuse(at, "is needed, as a text");
    return "";
  }

  #object(given: unknown, at: string, carried: readonly string[]): Fields {
    if (given === undefined) return {};
    if (!isFields(given)) {
      this.#refuse(at, "has to be an object");
      return {};
    }
    this.#only(given, at, carried);
    return given;
  }

  #only(given: Fields, at: string, carried: readonly string[]): void {
    for (const member of Object.keys(given)) {
      if (carried.includes(member)) continue;
      this.#notCarried(at === "" ? member : `${at}.${member}`);
    }
  }

  #notCarried(at: string): void {
    const message = `${this.#path}.${at} is not carried by the cloud's form of a workload that is made with an application. Leave it out`;
    this.refusals.push({ kind: "NotSupported", message });
  }

  #refuse(at: string, why: string): void {
    this.refusals.push({ kind: "Rejected", message: `${this.#path}.${at} ${why}` });
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(Number(value)) && Number(value) >= 0;
}

/** A colon before a slash is a port's. */
function imageOf(reference: string): { readonly image: string; readonly image_version: string } {
  const at = reference.lastIndexOf(":");
  if (at <= reference.lastIndexOf("/")) return { image: reference, image_version: "latest" };
  return { image: reference.slice(0, at), image_version: reference.slice(at + 1) };
}
