// What servers are made with, whatever they are for.

export type NodeLogin =
  | { readonly keyPairName: string }
  /** In plain text: the facet hashes it as its cloud demands. Never logged. */
  | { readonly password: string };

export interface Volume {
  readonly type: string;
  readonly sizeGiB: number;
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}
