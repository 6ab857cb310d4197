/** How soon a call goes, most urgent first: what costs money, what somebody waits for, what can be looked up later. */
export const urgencies = ["paid", "read", "unhurried"] as const;
export type Urgency = (typeof urgencies)[number];
