import { createClient, type RedisClientType } from "@redis/client";
import { type CircuitBreakerPolicy, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";
import type { FastifyBaseLogger } from "fastify";
import { within } from "../timing.ts";
import type { RedisSettings } from "./redis-settings.ts";
import { withinTurns } from "./within-turns.ts";

/** Redis can't be used at the moment. Whoever gets this does without it: no request may fail because of Redis. */
export class RedisUnavailable extends Error {
  constructor(
    cause?: unknown,
    /** When the use began, by `performance.now()`. */
    readonly beganMs = 0,
  ) {
    super("redis: expected an answer in time, got none", { cause });
    this.name = "RedisUnavailable";
  }
}

export type RedisClient = RedisClientType;

const failuresToOpen = 5;
const tryAgainAfterMs = 5_000;
const connectTimeoutMs = 3_000;
const maxReconnectDelayMs = 2_000;
// By these a connection that died without a word is noticed. A process that is busy for some seconds must not lose its own.
const pingIntervalMs = 5_000;
const silenceMs = 15_000;
const tooLate = Symbol("too late");

/**
 * The connection to Redis that all rooms share. Every use is bounded in time, and after several failures in a row, each begun
 * after the one before, Redis is left alone for some seconds, so that a slow one costs nobody more than a moment.
 */
export class RedisLink {
  private readonly client: RedisClient;
  private readonly listener: RedisClient;
  private readonly breaker: CircuitBreakerPolicy;
  private failedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly settings: RedisSettings,
    private readonly log: FastifyBaseLogger,
  ) {
    this.client = createClient({
      url: settings.url,
      disableOfflineQueue: true,
      pingInterval: pingIntervalMs,
      socket: {
        socketTimeout: silenceMs,
        connectTimeout: connectTimeoutMs,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, maxReconnectDelayMs),
      },
    }) as RedisClient;
    this.listener = this.client.duplicate() as RedisClient;
    this.breaker = circuitBreaker(
      handleWhen((error) => this.isNews(error)),
      {
        halfOpenAfter: tryAgainAfterMs,
        breaker: new ConsecutiveBreaker(failuresToOpen),
      },
    );
    this.breaker.onBreak(() => log.warn("redis: left alone for some seconds"));
    this.breaker.onReset(() => log.info("redis: in use again"));
    for (const client of [this.client, this.listener]) {
      // Without a listener an error would end the process; each use tells its own caller.
      client.on("error", (err) => log.debug({ err }, "redis: the connection broke"));
    }
  }

  /** Connects, and goes on trying in the background where that does not work at once. Never throws. */
  async open(): Promise<void> {
    const connected = Promise.all([this.client.connect(), this.listener.connect()]).catch(() => undefined);
    await within(connected, this.settings.timeoutMs * 4, undefined);
  }

  /** Whether Redis can be asked right now. */
  get isReady(): boolean {
    return this.client.isReady;
  }

  /** Whether what others say is heard right now. */
  get isListening(): boolean {
    return this.listener.isReady;
  }

  /**
   * Uses Redis for one thing.
   *
   * @throws RedisUnavailable when it does not answer in time, breaks off, or is being left alone.
   */
  async run<Result>(work: (client: RedisClient) => Promise<Result>): Promise<Result> {
    try {
      return await this.breaker.execute(() => this.use(work));
    } catch (cause) {
      throw cause instanceof RedisUnavailable ? cause : new RedisUnavailable(cause);
    }
  }

  private async use<Result>(work: (client: RedisClient) => Promise<Result>): Promise<Result> {
    const beganMs = performance.now();
    try {
      const result = await withinTurns<Result, typeof tooLate>(work(this.client), this.settings.timeoutMs, tooLate);
      if (result !== tooLate) return result;
    } catch (cause) {
      throw new RedisUnavailable(cause, beganMs);
    }
    throw new RedisUnavailable(undefined, beganMs);
  }

  // Uses that are on their way together fail together, of one cause: they count as one failure.
  private isNews(error: unknown): boolean {
    if (error instanceof RedisUnavailable && error.beganMs < this.failedAtMs) return false;
    this.failedAtMs = performance.now();
    return true;
  }

  /**
   * Hears every message on a channel, for as long as the process lives; after a break from when Redis is back.
   *
   * @throws RedisUnavailable where the connection broke, or Redis refuses it.
   */
  async listen(channel: string, onMessage: (message: string) => void): Promise<void> {
    try {
      await this.listener.subscribe(channel, onMessage);
    } catch (err) {
      this.log.warn({ err }, "redis: what other instances clear can't be heard");
      throw new RedisUnavailable(err);
    }
  }

  /** Told each time the listening connection is (again) there: what was said in between was not heard. */
  onListening(listener: () => void): void {
    this.listener.on("ready", listener);
  }

  async close(): Promise<void> {
    for (const client of [this.client, this.listener]) client.destroy();
  }
}
