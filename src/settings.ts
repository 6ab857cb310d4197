import { readFileSync } from "node:fs";
import { isIP, isIPv4 } from "node:net";

/** The environment: names and values as the process got them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings by name and collects what is wrong with them, so that all problems can be named together. A problem says
 * the name and what was expected, never the value: it may be a secret.
 */
export class Settings {
  readonly problems: string[] = [];

  constructor(private readonly environment: Environment) {}

  has(name: string): boolean {
    return Boolean(this.environment[name]);
  }

  hasSecret(name: string): boolean {
    return this.has(name) || this.has(`${name}_FILE`);
  }

  text(name: string): string | undefined {
    return this.environment[name] || undefined;
  }

  /** A secret, given as it is or as a file by the same name with `_FILE` behind it. */
  secret(name: string): string | undefined {
    const file = this.text(`${name}_FILE`);
    if (!file) return this.text(name);
    if (this.text(name)) this.problems.push(`${name} and ${name}_FILE are both set: expected one of them`);
    try {
      return (
        readFileSync(file, "utf8").trim() ||
        this.problem(`${name}_FILE: expected a file with the secret, got an empty one`)
      );
    } catch {
      return this.problem(`${name}_FILE: expected a readable file, got none`);
    }
  }

  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.problem(`${name}: expected a whole number from ${min} to ${max}`);
    return fallback;
  }

  /** A host to listen on: an address, without brackets, or a name. */
  host(name: string, fallback: string): string {
    const value = this.text(name) ?? fallback;
    if (isIP(value) !== 0 || /^(?![\d.]+$)[\w-]+(\.[\w-]+)*$/.test(value)) return value;
    this.problem(`${name}: expected an address or a host name, such as 127.0.0.1`);
    return fallback;
  }

  /** Web origins, comma separated, or `none`. */
  webOrigins(name: string, fallback: string[]): string[] {
    if (this.text(name) === "none") return [];
    const origins = this.text(name)
      ?.split(",")
      .map((origin) => origin.trim());
    if (origins?.some((origin) => URL.parse(origin)?.origin !== origin)) {
      this.problem(`${name}: expected web origins such as https://app.example.com, comma separated, or none`);
    }
    return origins ?? fallback;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    return choices.find((choice) => choice === value) ?? this.problem(`${name}: expected ${choices.join(" or ")}`);
  }

  /** An https URL, or an http one on loopback. */
  url(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.parse(value);
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
      return this.problem(`${name}: expected an https URL without a user or password`);
    }
    if (url.protocol === "http:" && !isLoopback(url.hostname)) {
      return this.problem(`${name}: expected https, for http is accepted on loopback only`);
    }
    return url.href;
  }

  /** An https origin, or an http one on loopback: `https://api.example.com`, without a path. */
  origin(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.parse(value);
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
      return this.problem(`${name}: expected an origin such as https://api.example.com`);
    }
    if (url.pathname !== "/" || url.search || url.hash) {
      return this.problem(`${name}: expected an origin without a path, for the client adds the path itself`);
    }
    if (url.protocol === "http:" && !isLoopback(url.hostname)) {
      return this.problem(`${name}: expected https, for http is accepted on loopback only`);
    }
    return url.origin;
  }

  problem(problem: string): undefined {
    this.problems.push(problem);
  }
}

/** Whether a host name, or an address with or without brackets, reaches this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  return bare === "localhost" || bare === "::1" || (isIPv4(bare) && bare.startsWith("127."));
}
