// Schedules of five fields, as crontab(5) and Kubernetes' CronJob have them, by trying minutes: that needs no rule for when clocks are
// put forward or back, and no library.

const MINUTE_MS = 60_000;

const FIELDS = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day of the month", min: 1, max: 31 },
  { name: "month", min: 1, max: 12 },
  // 7 is Sunday too.
  { name: "day of the week", min: 0, max: 7 },
] as const;

export interface Schedule {
  /** The latest time of the schedule in the `windowMs` up to `nowMs`, milliseconds since the epoch; undefined where there is none. */
  readonly latest: (nowMs: number, windowMs: number) => number | undefined;
  /** The first one in the `windowMs` after `nowMs`. */
  readonly next: (nowMs: number, windowMs: number) => number | undefined;
}

/** Throws an Error that says what is wrong. `timeZone`: a name of the IANA data base. */
export function parseSchedule(text: string, timeZone: string): Schedule {
  const { mayBe, matches } = matcherOf(text);
  const local = localTimes(timeZone);
  const first = (from: number, step: 1 | -1, windowMs: number): number | undefined => {
    for (let passed = 0; passed <= windowMs; passed += MINUTE_MS) {
      const ms = from + step * passed;
      if (mayBe(ms) && matches(local(ms))) return ms;
    }
    return undefined;
  };
  const minuteOf = (ms: number): number => ms - (ms % MINUTE_MS);
  return {
    latest: (nowMs, windowMs) => first(minuteOf(nowMs), -1, windowMs),
    next: (nowMs, windowMs) => first(minuteOf(nowMs) + MINUTE_MS, 1, windowMs),
  };
}

type LocalTime = readonly [minute: number, hour: number, day: number, month: number, weekday: number];

/** By how many minutes the minute of a zone's clock may be ahead of that of UTC. */
const AHEAD = [0, 15, 30, 45];

function matcherOf(text: string) {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Error(`a schedule has five fields, not ${parts.length}`);
  const [minutes, hours, days, months, weekdays] = parts.map(valuesOf) as [Values, Values, Values, Values, Values];
  const isDay = (day: number, weekday: number): boolean => {
    const isDate = days.values.has(day);
    const isWeekday = weekdays.values.has(weekday) || (weekday === 0 && weekdays.values.has(7));
    // Where both are restricted, either will do.
    return days.all || weekdays.all ? isDate && isWeekday : isDate || isWeekday;
  };
  return {
    /** Without asking for the local time, which is what costs. */
    mayBe: (ms: number): boolean => AHEAD.some((ahead) => minutes.values.has((ms / MINUTE_MS + ahead) % 60)),
    matches: ([minute, hour, day, month, weekday]: LocalTime): boolean =>
      minutes.values.has(minute) && hours.values.has(hour) && months.values.has(month) && isDay(day, weekday),
  };
}

interface Values {
  readonly values: ReadonlySet<number>;
  /** Whether the field restricts nothing: it begins with a star. */
  readonly all: boolean;
}

function valuesOf(text: string, index: number): Values {
  const field = FIELDS[index] ?? FIELDS[0];
  const values = new Set(text.split(",").flatMap((part) => rangeOf(part, field)));
  return { values, all: text.startsWith("*") };
}

type Field = (typeof FIELDS)[number];

/** `*`, `5`, `1-5`, each with `/2` behind it for every second one; `5/2` goes on to the end. */
function rangeOf(part: string, field: Field): number[] {
  const [range = "", step, ...rest] = part.split("/");
  const [from, to, ...others] = range === "*" ? [field.min, field.max] : range.split("-").map(numberOf);
  const first = from ?? Number.NaN;
  const last = to ?? (step === undefined ? first : field.max);
  const by = step === undefined ? 1 : numberOf(step);
  if (!(isWithin(first, last, field) && by > 0) || rest.length + others.length > 0) {
    throw new Error(`${JSON.stringify(part)} is no ${field.name} of a schedule`);
  }
  return Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, count) => first + count * by);
}

function isWithin(first: number, last: number, { min, max }: Field): boolean {
  return first >= min && last <= max && first <= last;
}

/** NaN for what is no number of one or two digits. */
function numberOf(text: string): number {
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Throws an Error where there is no such zone. */
function localTimes(timeZone: string): (ms: number) => LocalTime {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    minute: "numeric",
    hour: "numeric",
    day: "numeric",
    month: "numeric",
    weekday: "short",
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const [minute, hour, day, month] = ["minute", "hour", "day", "month"].map((type) => Number(parts[type]));
    return [minute ?? 0, hour ?? 0, day ?? 1, month ?? 1, WEEKDAYS.indexOf(parts["weekday"] ?? "")];
  };
}
