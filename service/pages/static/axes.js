// Scales and ticks: from days and U/L to places on the chart, and back to readable numbers.

const DAY = 86_400_000;
const YEAR = 365.25 * DAY;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const STEPS = [1, 2, 3, 6, 12, 24, 60, 120, 240];
const ROOM_MONTH = 62;
const ROOM_YEAR = 46;

/** Milliseconds of a calendar day; in UTC, so that no time zone moves a result by a day. */
export function time(day) {
  const at = day ? Date.parse(`${day}T00:00:00Z`) : NaN;
  return Number.isNaN(at) ? null : at;
}

export function linear([d0, d1], [r0, r1]) {
  const slope = (r1 - r0) / (d1 - d0 || 1);
  return (value) => r0 + (value - d0) * slope;
}

/** Round ticks from 0 to at least the top: 0, 20, 40 ... */
export function numberTicks(top, wanted = 5) {
  const raw = top / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw);
  return Array.from({ length: Math.ceil(top / step) + 1 }, (_, index) => index * step);
}

/** First of January or of a month, as far apart as their labels need. */
export function timeTicks([from, to], width) {
  const step = STEPS.find((months) => hasRoom(months, to - from, width)) ?? STEPS.at(-1);
  const ticks = firstDays(from, to, step);
  return ticks.map((at, index) => ({ at, label: label(new Date(at), step, index === 0) }));
}

function hasRoom(months, span, width) {
  const each = (width * (months * YEAR)) / 12 / span;
  return each >= (months < 12 ? ROOM_MONTH : ROOM_YEAR);
}

function firstDays(from, to, step) {
  const year = new Date(from).getUTCFullYear();
  const years = Math.max(1, step / 12);
  const days = [];
  for (let month = Math.floor(year / years) * years * 12; firstOf(month) <= to; month += step) {
    if (firstOf(month) >= from) days.push(firstOf(month));
  }
  return days;
}

const firstOf = (month) => Date.UTC(Math.floor(month / 12), month % 12);

function label(day, step, isFirst) {
  if (step >= 12) return String(day.getUTCFullYear());
  if (day.getUTCMonth() === 0) return String(day.getUTCFullYear());
  const month = MONTHS[day.getUTCMonth()];
  return isFirst ? `${month} ${day.getUTCFullYear()}` : month;
}

/** From when to when the chart runs: the results, a year at least, and some of the exposures. */
export function timeDomain(todayAt, resultTimes, exposureStarts) {
  const last = Math.max(todayAt, ...resultTimes);
  const first = Math.min(last - YEAR, ...resultTimes);
  const span = last - first;
  // A drug begun long before the first result must not squeeze the results together.
  const begun = Math.max(first - 0.3 * span, Math.min(first, ...exposureStarts));
  const room = 0.03 * (last - begun);
  return [begun - room, last + room];
}

/** Up to where the U/L axis runs.  One very high value must not flatten the low ones. */
export function topOfAxis(values, limits) {
  const highestLimit = Math.max(0, ...limits);
  const highest = Math.max(0, ...values, highestLimit * 1.3);
  const cap = highestLimit ? highestLimit * 4.2 : Infinity;
  return Math.min(highest * 1.08, cap) || 100;
}

export const number = (value) => String(Math.round(value * 10) / 10);
