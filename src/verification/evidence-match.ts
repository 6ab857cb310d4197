import type { Verification } from "./verification.type.ts";

/** Milliseconds since 1970, both ends included. */
export interface TimeWindow {
  fromMs: number;
  toMs: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
// How far Truework's clock and the database's may be apart.
const clockSlackMs = minuteMs;

/** When what a charge bought was made, if it was: `abandonMs` is how long its paid call may have been on its way. */
export function windowOf(claimedAtMs: number, abandonMs: number): TimeWindow {
  return { fromMs: claimedAtMs - clockSlackMs, toMs: claimedAtMs + abandonMs + clockSlackMs };
}

/**
 * When another charge must have been claimed to have bought something in this window. For a day after its claim an open
 * charge is taken to be able to: far longer than any call is on its way, and yet not for ever.
 */
export function contendingClaims({ fromMs, toMs }: TimeWindow): TimeWindow {
  return { fromMs: fromMs - dayMs, toMs };
}

/** The listed verifications that could be what was bought on the ground of the original, each of them once. */
export function findFitting(
  listed: readonly Verification[],
  original: Verification,
  { fromMs, toMs }: TimeWindow,
): Verification[] {
  const fitting = listed.filter((one) => {
    const createdAtMs = Date.parse(one.createdAt);
    const inTime = createdAtMs >= fromMs && createdAtMs <= toMs;
    const isAnother = one.id !== original.id && one.type === original.type;
    return inTime && isAnother && isSamePerson(one, original) && mayBeSameEmployer(one, original);
  });
  // Pages shift while they are read, and then show one twice.
  return [...new Map(fitting.map((one) => [one.id, one])).values()];
}

/** Nobody is recognised by what is missing: two targets without names are not the same person. */
export function isSamePerson({ target: one }: Verification, { target: other }: Verification): boolean {
  if (!one?.lastName || !other?.lastName) return false;
  const traits = ["firstName", "lastName", "socialSecurityNumber", "dateOfBirth"] as const;
  return traits.every((trait) => one[trait] === other[trait]);
}

// Truework leaves out much, so only what both tell can tell them apart.
function mayBeSameEmployer({ target: one }: Verification, { target: other }: Verification): boolean {
  return (["id", "name"] as const).every((trait) => {
    const [told, otherTold] = [one?.company?.[trait], other?.company?.[trait]];
    return !told || !otherTold || told === otherTold;
  });
}
