// The rule of a cron job (1.5), whose table and examples name its days in different words.
import * as z from "zod";

const field = z.coerce.string().nullish();

export const cronRule = z.object({
  minute: field,
  hour: field,
  "day of the month": field,
  day: field,
  month: field,
  "day of the week": field,
  week: field,
});

/** In cron's five fields. What is left out is `*`, as in the examples. */
export function scheduleOf(rule: z.output<typeof cronRule>): string {
  const fields = [
    rule.minute,
    rule.hour,
    rule["day of the month"] ?? rule.day,
    rule.month,
    rule["day of the week"] ?? rule.week,
  ];
  return fields.map((text) => (text === null || text === undefined || text === "" ? "*" : text)).join(" ");
}

const ENGLISH = ["minute", "hour", "day", "month", "weekday"];
const CHINESE = ["分", "时", "日", "月", "周"];

export function inEnglish(schedule: string): string {
  return described(schedule, ENGLISH, "every");
}

export function inChinese(schedule: string): string {
  return described(schedule, CHINESE, "每");
}

function described(schedule: string, names: readonly string[], every: string): string {
  const parts = schedule.split(/\s+/).map((text, index) => `${text === "*" ? every : text} ${names[index] ?? ""}`);
  return parts.join(", ");
}
