// How a cloud declares its blocks: the parts of our resources' specs and statuses that are this cloud's alone, in its own words.
import type * as z from "zod";

export interface Block<S extends z.ZodObject = z.ZodObject> {
  /** Without defaults: the block may be missing, and what is not asked for then has to have a value too. */
  readonly schema: S;
  /** Why the block as a whole is immutable; left out where it is not. */
  readonly immutable?: string;
  /** Of a CloudAccount's block: whether an account of this provider has to have it. */
  readonly required?: boolean;
  /** Fields that hold the address of a service: http only with tls.mode Plaintext. Of a CloudAccount's block. */
  readonly endpoints?: readonly string[];
  /** Of a CloudAccount's block: fields that say in which of several tenants or projects of an endpoint it works. */
  readonly tenant?: readonly string[];
  /** Members that say how people log in to servers ({keyPairName | passwordSecretRef}), each as a path in the block. */
  readonly logins?: readonly string[];
  /** Secrets that it names and whose contents go to the cloud. Pure. */
  readonly secrets?: (block: BlockOptions) => readonly NamedSecret[];
  /** What the resource is of that is there already, such as a disk, where a spec names it. Pure. */
  readonly names?: (block: BlockOptions) => Omit<NamedThing, "field"> & { readonly member: string };
  /** What other clouds need of the neutral fields and this one does not: names of rules that do not hold beside its block. */
  readonly waives?: readonly string[];
  /** Further rules over the whole spec, each as CEL and as its twin for zod. */
  readonly rules?: <Spec extends z.ZodObject>(spec: Spec) => Spec;
}

/** A key of a Secret beside the resource that a block names. */
export interface NamedSecret {
  /** Where the spec has it. */
  readonly field: string;
  readonly name: string;
  readonly key: string;
}

/** Something in the cloud that a spec names. */
export interface NamedThing {
  readonly id: string;
  /** Where the spec has it, such as spec.huawei.volumeId. */
  readonly field: string;
  /** Of which sort it is, in the cloud's word. */
  readonly sort: string;
}

/** A cloud's own block of a spec, as the schema admitted it; empty where the spec has none. */
export type BlockOptions = Readonly<Record<string, unknown>>;

/** One cloud: its name in `spec.provider`, and its blocks by kind. */
export interface CloudBlocks {
  readonly provider: string;
  readonly blocks: Readonly<Record<string, Block>>;
  /** What it alone tells of a resource, by kind: a member of the status, named as the block of the spec is. */
  readonly statuses?: Readonly<Record<string, z.ZodObject>>;
}
