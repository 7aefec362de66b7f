// A kind's spec with the clouds' blocks in it, and the rules over them.
import type * as z from "zod";
import {
  blockOf,
  BLOCK_NAMES,
  blocksOf,
  cloudBlocks,
  statusBlocksOf,
  type BlockName,
  type BlocksOf,
  type Provider,
  type StatusBlocksOf,
} from "../../cloud/blocks.ts";
import { withRule, withTransitionRule, type CelRule } from "../../schema/enforced.ts";
import { withImmutable } from "../../schema/rules.ts";

/** The blocks that the clouds declare for this kind. */
export function blockFields<Kind extends string>(kind: Kind): BlocksOf<Kind> {
  return blocksOf(kind);
}

/** What the clouds alone tell of this kind, in its status. */
export function statusFields<Kind extends string>(kind: Kind): StatusBlocksOf<Kind> {
  return statusBlocksOf(kind);
}

/** At most one of them, each with its own cloud's rules. */
export function withBlocks<S extends z.ZodObject>(spec: S, kind: string): S {
  const names = namesOf(kind);
  return names.reduce(
    (ruled, name) => withBlock(ruled, name, kind),
    names.length > 1 ? withOneBlock(spec, names) : spec,
  );
}

/** By the name under which blocks of the kind waive it. */
interface Waivable {
  readonly kind: string;
  readonly name: string;
  readonly rule: CelRule;
}

/** A rule that does not hold beside the blocks of clouds that waive it by this name. */
export function withWaivableRule<S extends z.ZodObject>(
  spec: S,
  waivable: Waivable,
  holds: (value: z.output<S>) => boolean,
): S {
  const waiving = waivingBlocks(waivable);
  return withRule(
    spec,
    waivedBy(waiving, waivable.rule),
    (value) => waiving.some((block) => read(value, [block]) !== undefined) || holds(value),
  );
}

/** The same for a rule over two versions of an object. */
export function withWaivableTransition<S extends z.ZodObject>(spec: S, waivable: Waivable): S {
  return withTransitionRule(spec, waivedBy(waivingBlocks(waivable), waivable.rule));
}

function waivingBlocks({ kind, name }: Waivable): readonly BlockName[] {
  return namesOf(kind).filter((block) => blockOf(block, kind)?.waives?.includes(name));
}

function waivedBy(waiving: readonly BlockName[], rule: CelRule): CelRule {
  if (waiving.length === 0) return rule;
  const given = waiving.map((block) => `has(self.${block}) || `).join("");
  const message = `${rule.message} (not so beside the block ${waiving.join(" or ")}, which may be added once)`;
  return { ...rule, rule: `${given}(${rule.rule})`, message };
}

/** The same for an account, which says its provider: the block has to be that one's, and its addresses encrypted. */
export function withAccountBlocks<S extends z.ZodObject & z.ZodType<Ruled>>(spec: S, kind: string): S {
  const names = namesOf(kind);
  const wanted = names.filter((name) => blockOf(name, kind)?.required === true);
  const owned = wanted.reduce(withPresence, names.reduce(withOwner, withBlocks(spec, kind)));
  const endpoints = names.flatMap((name) =>
    (blockOf(name, kind)?.endpoints ?? []).map((field): Endpoint => {
      const path = [name, field];
      return { path, given: `has(self.${name}) && has(self.${path.join(".")})` };
    }),
  );
  return [{ path: ["endpoint"], given: "has(self.endpoint)" }, ...endpoints].reduce(withEncryption, owned);
}

/** What the rules read of an account's spec with its defaults applied. */
interface Ruled {
  readonly provider: Provider;
  readonly tls: { readonly mode: string };
}

interface Endpoint {
  /** From the spec. */
  readonly path: readonly string[];
  /** CEL that is true where the field is given. */
  readonly given: string;
}

function namesOf(kind: string): readonly BlockName[] {
  return BLOCK_NAMES.filter((name) => blockOf(name, kind));
}

function withOneBlock<S extends z.ZodObject>(spec: S, names: readonly BlockName[]): S {
  const given = names.map((name) => `(has(self.${name}) ? 1 : 0)`).join(" + ");
  return withRule(
    spec,
    {
      rule: `${given} <= 1`,
      message: `at most one of the blocks ${names.join(", ")} may be given: the provider's own`,
    },
    (value) => names.filter((name) => read(value, [name]) !== undefined).length <= 1,
  );
}

function withBlock<S extends z.ZodObject>(spec: S, name: BlockName, kind: string): S {
  const { immutable, rules } = blockOf(name, kind) ?? {};
  const fixed = immutable === undefined ? spec : withImmutable(spec, name, immutable);
  return rules ? rules(fixed) : fixed;
}

function withOwner<S extends z.ZodObject & z.ZodType<Ruled>>(spec: S, name: BlockName): S {
  const owner = cloudBlocks[name].provider;
  return withRule(
    spec,
    {
      rule: `!has(self.${name}) || self.provider == '${owner}'`,
      message: `the block ${name} is for provider ${owner}: remove it or correct provider`,
      messageExpression: `'the block ${name} is for provider ${owner}, but provider is ' + self.provider + ': remove the block'`,
      fieldPath: `.${name}`,
    },
    (value) => read(value, [name]) === undefined || value.provider === owner,
  );
}

function withPresence<S extends z.ZodObject & z.ZodType<Ruled>>(spec: S, name: BlockName): S {
  const { provider } = cloudBlocks[name];
  return withRule(
    spec,
    {
      rule: `self.provider != '${provider}' || has(self.${name})`,
      message: `provider ${provider} needs the block ${name}`,
      reason: "FieldValueRequired",
      fieldPath: `.${name}`,
    },
    (value) => value.provider !== provider || read(value, [name]) !== undefined,
  );
}

function withEncryption<S extends z.ZodObject & z.ZodType<Ruled>>(spec: S, { path, given }: Endpoint): S {
  const fieldPath = `.${path.join(".")}`;
  return withRule(
    spec,
    {
      rule: `!(${given}) || !self${fieldPath}.startsWith('http://') || self.tls.mode == 'Plaintext'`,
      message:
        "http needs tls.mode Plaintext, by which everybody on the way can read along: use https, or set it knowingly",
      fieldPath,
    },
    (value) => {
      const url = read(value, path);
      return typeof url !== "string" || !url.startsWith("http://") || value.tls.mode === "Plaintext";
    },
  );
}

function read(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner: unknown, name) => (inner as Record<string, unknown> | undefined)?.[name], value);
}
