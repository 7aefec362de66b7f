// The clouds in the suite: one line each.
import type { ConformingCloud } from "../suite.ts";
import { bcsDialects } from "./bcs.ts";
import { ctyun } from "./ctyun.ts";
import { huawei, huaweiUser } from "./huawei.ts";

export const CLOUDS: readonly ConformingCloud[] = [ctyun, huawei, huaweiUser, ...bcsDialects];
