// Rules over several fields of a CloudAccount's spec, each as CEL and as its twin for zod.
import type * as z from "zod";
import type { Provider } from "../../lib/providers.ts";
import { withRule } from "../../schema/enforced.ts";

/** Which provider a block belongs to. */
const BLOCK_PROVIDERS = { huawei: "HuaweiCCE", ctyun: "CtyunCCI" } as const satisfies Record<string, Provider>;
type Block = keyof typeof BLOCK_PROVIDERS;
const BLOCKS = Object.keys(BLOCK_PROVIDERS) as Block[];

/** What the rules read of a spec with its defaults applied. */
interface Ruled {
  provider: Provider;
  endpoint?: string | undefined;
  tls: { mode: string };
  huawei?: { iamEndpoint?: string | undefined; addonEndpoint?: string | undefined } | undefined;
  ctyun?: object | undefined;
}

type RuledSchema = z.ZodObject & z.ZodType<Ruled>;

/** The spec with all rules on it. */
export function withAccountRules<S extends RuledSchema>(spec: S): S {
  const ownBlocks = BLOCKS.reduce(withOwnBlock, withOneBlock(spec));
  return ENDPOINTS.reduce(withEncryption, ownBlocks);
}

function withOneBlock<S extends RuledSchema>(spec: S): S {
  const given = BLOCKS.map((block) => `(has(self.${block}) ? 1 : 0)`).join(" + ");
  return withRule(
    spec,
    {
      rule: `${given} <= 1`,
      message: `at most one of the blocks ${BLOCKS.join(", ")} may be given: the provider's own`,
    },
    (value) => BLOCKS.filter((block) => value[block] !== undefined).length <= 1,
  );
}

function withOwnBlock<S extends RuledSchema>(spec: S, block: Block): S {
  const owner = BLOCK_PROVIDERS[block];
  return withRule(
    spec,
    {
      rule: `!has(self.${block}) || self.provider == '${owner}'`,
      message: `the block ${block} is for provider ${owner}: remove it or correct provider`,
      messageExpression: `'the block ${block} is for provider ${owner}, but provider is ' + self.provider + ': remove the block'`,
      fieldPath: `.${block}`,
    },
    (value) => value[block] === undefined || value.provider === owner,
  );
}

interface Endpoint {
  /** From the spec. */
  readonly fieldPath: string;
  /** CEL that is true where the field is given. */
  readonly given: string;
  readonly read: (spec: Ruled) => string | undefined;
}

const ENDPOINTS: readonly Endpoint[] = [
  { fieldPath: ".endpoint", given: "has(self.endpoint)", read: ({ endpoint }) => endpoint },
  {
    fieldPath: ".huawei.iamEndpoint",
    given: "has(self.huawei) && has(self.huawei.iamEndpoint)",
    read: ({ huawei }) => huawei?.iamEndpoint,
  },
  {
    fieldPath: ".huawei.addonEndpoint",
    given: "has(self.huawei) && has(self.huawei.addonEndpoint)",
    read: ({ huawei }) => huawei?.addonEndpoint,
  },
];

function withEncryption<S extends RuledSchema>(spec: S, { fieldPath, given, read }: Endpoint): S {
  return withRule(
    spec,
    {
      rule: `!(${given}) || !self${fieldPath}.startsWith('http://') || self.tls.mode == 'Plaintext'`,
      message:
        "http needs tls.mode Plaintext, by which everybody on the way can read along: use https, or set it knowingly",
      fieldPath,
    },
    (value) => !read(value)?.startsWith("http://") || value.tls.mode === "Plaintext",
  );
}
