// What only Alibaba Cloud ACK needs of our resources: nothing yet, as this version does not serve it.
import type { CloudBlocks } from "../../schema/blocks.ts";

export const alibaba = { provider: "AlibabaACK", blocks: {} } as const satisfies CloudBlocks;
