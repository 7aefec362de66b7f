// The registry of the clouds' blocks: one line per cloud, from which follow `spec.provider` and what a spec may hold of each cloud.
import type * as z from "zod";
import type { Block, BlockOptions, CloudBlocks, NamedSecret, NamedThing } from "../schema/blocks.ts";
import { alibaba } from "./alibaba/blocks.ts";
import { bcs } from "./bcs/blocks.ts";
import { ctyun } from "./ctyun/blocks.ts";
import { easystack } from "./easystack/blocks.ts";
import { huawei } from "./huawei/blocks.ts";

/** By the block's name in a spec. */
export const cloudBlocks = { huawei, alibaba, easystack, ctyun, bcs } as const;

type Clouds = typeof cloudBlocks;
export type BlockName = keyof Clouds;
export type Provider = Clouds[BlockName]["provider"];

export const BLOCK_NAMES = Object.keys(cloudBlocks) as readonly BlockName[];
export const PROVIDERS = BLOCK_NAMES.map((name) => cloudBlocks[name].provider);

type BlockOf<Cloud, Kind extends string> = Cloud extends { readonly blocks: { readonly [K in Kind]: Block<infer S> } }
  ? S
  : never;

/** The members of a kind's spec that hold blocks. */
export type BlocksOf<Kind extends string> = {
  [Name in BlockName as BlockOf<Clouds[Name], Kind> extends never ? never : Name]: z.ZodOptional<
    BlockOf<Clouds[Name], Kind>
  >;
};

/** A block as a kind has it; undefined where the cloud needs none. */
export function blockOf(name: BlockName, kind: string): Block | undefined {
  const blocks: Readonly<Record<string, Block>> = cloudBlocks[name].blocks;
  return blocks[kind];
}

export function blocksOf<Kind extends string>(kind: Kind): BlocksOf<Kind> {
  const members = BLOCK_NAMES.flatMap((name) => {
    const block = blockOf(name, kind);
    return block ? [[name, describedBlock(name, block)]] : [];
  });
  return Object.fromEntries(members) as BlocksOf<Kind>;
}

type StatusOf<Cloud, Kind extends string> = Cloud extends { readonly statuses: { readonly [K in Kind]: infer S } }
  ? S
  : never;

/** The members of a kind's status that hold what one cloud alone tells. */
export type StatusBlocksOf<Kind extends string> = {
  [Name in BlockName as StatusOf<Clouds[Name], Kind> extends never ? never : Name]: z.ZodOptional<
    StatusOf<Clouds[Name], Kind> & z.ZodObject
  >;
};

export function statusBlocksOf<Kind extends string>(kind: Kind): StatusBlocksOf<Kind> {
  const members = BLOCK_NAMES.flatMap((name) => {
    const { provider, statuses = {} }: CloudBlocks = cloudBlocks[name];
    const schema = statuses[kind];
    return schema ? [[name, schema.optional().describe(`What only ${provider} tells.`)]] : [];
  });
  return Object.fromEntries(members) as StatusBlocksOf<Kind>;
}

/** What a status has of what that cloud alone tells; empty where it has nothing. */
export function toldBy(provider: Provider, status: object): Readonly<Record<string, unknown>> {
  const blocks = status as { readonly [Name in BlockName]?: Readonly<Record<string, unknown>> };
  return blocks[blockNameOf(provider)] ?? {};
}

/** Puts what a cloud alone tells into the draft of a status; nothing told takes away what was there. */
export function tellStatus(provider: Provider, status: object, told: object | undefined): void {
  const blocks = status as { [Name in BlockName]?: object };
  const name = blockNameOf(provider);
  if (told === undefined) delete blocks[name];
  else blocks[name] = told;
}

function describedBlock(name: BlockName, { schema, immutable }: Block): z.ZodType {
  const only = `What only ${cloudBlocks[name].provider} needs.`;
  return schema.optional().describe(immutable === undefined ? only : `${only} Immutable.`);
}

/** The name of a provider's block. */
function blockNameOf(provider: Provider): BlockName {
  return BLOCK_NAMES.find((name) => cloudBlocks[name].provider === provider) as BlockName;
}

/** What a spec holds for that cloud alone, as the schema admitted it: the one reader of blocks. Empty where it holds nothing. */
export function optionsOf(provider: Provider, spec: object): BlockOptions {
  const blocks = spec as { readonly [Name in BlockName]?: Readonly<Record<string, unknown>> };
  return blocks[blockNameOf(provider)] ?? {};
}

/** The members of a kind's block that say how people log in: as paths in it such as `controlPlaneConfig.login`, and in the spec. */
export function loginsOf(
  provider: Provider,
  kind: string,
): readonly { readonly path: string; readonly field: string }[] {
  const name = blockNameOf(provider);
  return (blockOf(name, kind)?.logins ?? []).map((path) => ({ path, field: `spec.${name}.${path}` }));
}

/** Those of the kind's blocks that name what its resource is of. */
export function namingBlocks(kind: string): readonly BlockName[] {
  return BLOCK_NAMES.filter((name) => blockOf(name, kind)?.names !== undefined);
}

/** What the spec names for its resource to be of; undefined where it names nothing. */
export function thingNamedIn(kind: string, spec: object): NamedThing | undefined {
  const blocks = spec as { readonly [Name in BlockName]?: BlockOptions };
  const name = namingBlocks(kind).find((one) => blocks[one] !== undefined);
  const named = name && blockOf(name, kind)?.names?.(blocks[name] ?? {});
  return named && { id: named.id, sort: named.sort, field: `spec.${name}.${named.member}` };
}

/** Secrets beside the resource that the blocks of its spec name, whichever cloud's they are. */
export function secretsNamedIn(kind: string, spec: object): readonly NamedSecret[] {
  const blocks = spec as { readonly [Name in BlockName]?: BlockOptions };
  return BLOCK_NAMES.flatMap((name) => blockOf(name, kind)?.secrets?.(blocks[name] ?? {}) ?? []);
}

/** What an account's block says of the tenant or project that it works in; empty where it says nothing. */
export function tenantOf(provider: Provider, spec: object): string {
  const options = optionsOf(provider, spec);
  const said = blockOf(blockNameOf(provider), "CloudAccount")?.tenant ?? [];
  return said
    .map((field) => options[field])
    .filter((value) => typeof value === "string")
    .join("/");
}
