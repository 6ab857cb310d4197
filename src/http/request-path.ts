/** A path on a provider's origin: `encoded` is sent, `template` (without the ids) names the endpoint in logs and metrics. */
export interface RequestPath {
  readonly encoded: string;
  readonly template: string;
}

/**
 * Builds a path whose every inserted value stays one segment of it, whatever it holds:
 * path`/companies/${"../admin?x="}` is `/companies/..%2Fadmin%3Fx%3D`.
 *
 * @throws TypeError for a value no encoding can keep in its place: an empty one, a dot segment, a lone surrogate.
 */
export function path(literals: TemplateStringsArray, ...values: string[]): RequestPath {
  const encoded = literals.reduce((built, literal, i) => built + encodeSegment(values[i - 1]) + literal);
  return { encoded, template: literals.join("{id}") };
}

/** Whether a value can travel as one path segment. URL parsers drop dot segments even where they are percent-encoded. */
export function isPathSegment(value: string): boolean {
  return value !== "" && value !== "." && value !== ".." && value.isWellFormed();
}

function encodeSegment(value = ""): string {
  if (!isPathSegment(value)) throw new TypeError("A value can't stand in a path: expected text that is no dot segment");
  return encodeURIComponent(value);
}
