// The TypeScript type of a kind's objects as the API server returns them: defaults filled in, frozen by the store.
import type * as z from "zod";
import type { KindSchema } from "./kind.ts";

/** The members of metav1.ObjectMeta that are read; structurally ObjectMeta of kube/types.ts, which this layer does not see. */
interface ResourceMeta {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  generation: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  finalizers?: readonly string[];
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
}

export interface Resource<S extends KindSchema> {
  apiVersion: string;
  kind: string;
  metadata: ResourceMeta;
  spec: DeepReadonly<z.output<S["spec"]>>;
  status: DeepReadonly<z.output<S["status"]>>;
}

type DeepReadonly<T> = T extends object ? { readonly [Member in keyof T]: DeepReadonly<T[Member]> } : T;
