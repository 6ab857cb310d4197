import type { FastifyBaseLogger } from "fastify";
import { Field, Int, InterfaceType, ObjectType } from "type-graphql";
import { ProviderError } from "../http/provider-error.ts";
import { DataProvider } from "./data-provider.ts";
import { describeForLog } from "./errors.ts";

@InterfaceType({
  description:
    "Something a client should expect and handle. Select it with `... on Problem { message }` to stay ready for new ones.",
})
export abstract class Problem {
  @Field(() => String, { description: "What went wrong and what to do about it, in plain words for a person." })
  message!: string;
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description:
    "Our account with the provider can't pay for the request. Nothing was charged; try again with the same key once it is topped up.",
})
export class InsufficientFunds extends Problem {
  @Field(() => DataProvider, { description: "The provider whose account is short." })
  provider!: DataProvider;

  constructor(provider: DataProvider) {
    super();
    this.provider = provider;
    this.message = "The account with the data provider has insufficient funds. Nothing was charged.";
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description:
    "The provider looked at the request and refused it. Nothing was charged; correct the input and use a new key.",
})
export class ProviderRejection extends Problem {
  @Field(() => DataProvider, { description: "The provider that refused." })
  provider!: DataProvider;

  @Field(() => Int, { description: "The HTTP status it refused with, such as 422." })
  status!: number;

  constructor(provider: DataProvider, status: number) {
    super();
    this.provider = provider;
    this.status = status;
    this.message = `The data provider refused the request with status ${status}. Nothing was charged.`;
  }
}

@ObjectType({
  simpleResolvers: true,
  implements: Problem,
  description: "The request is known not to have been processed. Nothing was charged; the same key may be tried again.",
})
export class ProviderUnavailable extends Problem {
  @Field(() => DataProvider, { description: "The provider that is not available." })
  provider!: DataProvider;

  @Field(() => Int, {
    nullable: true,
    description: "How many seconds to wait before trying again; null if nobody knows.",
  })
  retryAfterSeconds!: number | null;

  constructor(provider: DataProvider, retryAfterSeconds?: number) {
    super();
    this.provider = provider;
    this.retryAfterSeconds = retryAfterSeconds ?? null;
    this.message = "The data provider is not available at the moment. Nothing was charged; try again later.";
  }
}

/** Answers a free read that had to come before a paid call and failed: nothing was sent, so nothing was charged. */
export function toPreReadProblem(error: unknown, provider: DataProvider, log: FastifyBaseLogger): ProviderUnavailable {
  if (!(error instanceof ProviderError)) throw error;
  log.error(describeForLog(error), "the free read before a paid call failed");
  return new ProviderUnavailable(provider, error.retryAfterSeconds);
}
