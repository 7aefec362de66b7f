// What only EasyStack ECNS needs of our resources: nothing yet, as this version does not serve it.
import type { CloudBlocks } from "../../schema/blocks.ts";

export const easystack = { provider: "EasyStackECNS", blocks: {} } as const satisfies CloudBlocks;
