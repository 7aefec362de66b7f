// What only BlueKing BCS needs of our resources: nothing yet, as this version does not serve it.
import type { CloudBlocks } from "../../schema/blocks.ts";

export const bcs = { provider: "TencentBCS", blocks: {} } as const satisfies CloudBlocks;
