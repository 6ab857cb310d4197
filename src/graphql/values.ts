import { z } from "zod";

// Entities hold times, days and decimals as text, so that a cached copy is plain JSON and no digit is lost to a float.

type Told = string | null | undefined;

const dateTime = z.iso.datetime({ offset: true });
const date = z.iso.date();

/** RFC 3339 text in UTC to the millisecond, or null for what is no point in time with its offset. */
export function toDateTime(text: Told): string | null {
  return dateTime.safeParse(text).success ? new Date(text as string).toISOString() : null;
}

/** The same for what a provider sends: without an offset it is taken as UTC. */
export function readDateTime(text: Told): string | null {
  return toDateTime(text) ?? toDateTime(`${text}Z`);
}

/** YYYY-MM-DD, or null for what is no day. */
export function toDate(text: Told): string | null {
  return date.safeParse(text).success ? (text as string) : null;
}

/** The digits as given, or null for what is no decimal number. */
export function toDecimal(text: Told): string | null {
  return typeof text === "string" && /^-?\d+(\.\d+)?$/.test(text) ? text : null;
}

/** The parts that are told, on one line; null where none is. */
export function onOneLine(parts: readonly Told[]): string | null {
  const told = parts.map((part) => part?.trim()).filter(Boolean);
  return told.length > 0 ? told.join(", ") : null;
}
