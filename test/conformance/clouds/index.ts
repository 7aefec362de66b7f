// The clouds in the suite: one line each.
import type { ConformingCloud } from "../suite.ts";
import { alibaba, alibabaReference } from "./alibaba.ts";
import { bcsDialects } from "./bcs.ts";
import { ctyun } from "./ctyun.ts";
import { easystack, easystackById } from "./easystack.ts";
import { huawei, huaweiUser } from "./huawei.ts";

export const CLOUDS: readonly ConformingCloud[] = [
  alibaba,
  alibabaReference,
  ...bcsDialects,
  ctyun,
  easystack,
  easystackById,
  huawei,
  huaweiUser,
];
