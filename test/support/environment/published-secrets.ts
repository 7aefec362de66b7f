// What is published of a cluster: Secrets and the kubeconfig in them, as their readers see them.
import { parse } from "yaml";
import type { Kubectl } from "../../../controlplane/kubectl.ts";

export interface PublishedSecret {
  readonly type: string;
  readonly metadata: {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

interface Kubeconfig {
  readonly "current-context": string;
  readonly clusters: readonly { cluster: { server: string; "insecure-skip-tls-verify"?: boolean } }[];
  readonly users: readonly { user: { "client-certificate-data": string } }[];
}

/** Undefined where there is none. */
export async function secretAt(
  kubectl: Kubectl,
  { namespace, name }: { namespace: string; name: string },
): Promise<PublishedSecret | undefined> {
  const { code, stdout } = await kubectl(["get", "secret", name, "-o", "json", "--namespace", namespace]);
  return code === 0 ? (JSON.parse(stdout) as PublishedSecret) : undefined;
}

export function textOf({ data }: PublishedSecret, key = "value"): string {
  return Buffer.from(data[key] ?? "", "base64").toString();
}

export function kubeconfigOf(secret: PublishedSecret): Kubeconfig {
  return parse(textOf(secret)) as Kubeconfig;
}
