// Every kind, in the order in which a reader meets them.
import { cloudAccount } from "./cloudaccount/schema.ts";
import type { Kind } from "./kind.ts";
import { registryProject } from "./registryproject/schema.ts";

export const kinds: readonly Kind[] = [cloudAccount, registryProject];
