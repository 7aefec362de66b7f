// What the wire formats of EasyStack have in common.
import * as z from "zod";

/** `"true"`, `"True"` (1.7, 1.9), or a boolean. */
export const flag = z.union([
  z.boolean(),
  z.stringFormat("flag", /^(?:true|false)$/i).transform((text) => text.toLowerCase() === "true"),
]);

/** A whole number, as a number or as a text. */
export const whole = z.coerce.number().int().nonnegative();

/** 1.13: `True` or `False`. */
export const existence = z.object({ existence: flag });
