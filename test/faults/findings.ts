/** What a scenario found: figures to print, and what should not have been. */
export interface Findings {
  lines: string[];
  violations: string[];
}

/** Notes a violation unless it is so. */
export function expecting(violations: string[]) {
  return (isSo: boolean, otherwise: string): void => {
    if (!isSo) violations.push(otherwise);
  };
}
