// What a user writes: credentials, an account for a simulator, a registry project.
import { stringify } from "yaml";
import { CREDENTIALS, type Simulator } from "../clouds/simulator.ts";

/** A Secret with credentials. */
export function secretManifest(
  name: string,
  stringData: object = CREDENTIALS,
  type = "yunfan.dev/credentials",
): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, type, stringData };
}

/** A credentials Secret and an account that uses it, for a simulator. */
export function accountManifests(
  simulator: Pick<Simulator, "url">,
  overrides: { name?: string; spec?: object; stringData?: object } = {},
): object[] {
  const { name = "ctyun", spec, stringData } = overrides;
  return [
    secretManifest(`${name}-credentials`, stringData),
    accountManifest(name, { endpoint: simulator.url, ...spec }),
  ];
}

/** An account that looks every 5 s, the least there is, whether its credentials still work. */
export function accountManifest(name: string, spec: object): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "CloudAccount",
    metadata: { name },
    spec: {
      provider: "CtyunCCI",
      tls: { mode: "Plaintext" },
      credentialsSecretRef: { name: `${name}-credentials` },
      driftIntervalSeconds: 5,
      ...spec,
    },
  };
}

/** A RegistryProject that looks for drift every 5 s, the least there is. */
export function projectManifest(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "RegistryProject",
    metadata: { name, ...metadata },
    spec: { accountRef: { name: "ctyun" }, driftIntervalSeconds: 5, ...spec },
  };
}

export function yaml(manifests: readonly object[]): string {
  return manifests.map((manifest) => stringify(manifest)).join("---\n");
}
